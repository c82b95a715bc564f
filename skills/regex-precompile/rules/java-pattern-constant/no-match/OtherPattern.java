import com.example.shapes.Pattern;
import java.util.regex.*;

class OtherPattern {
  boolean fits(String shape) {
    return Pattern.compile("a+").fits(shape);
  }
}

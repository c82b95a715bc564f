import com.example.Pattern;

class OtherImport {
  boolean is(String s) { return Pattern.compile("a").fits(s); }
}

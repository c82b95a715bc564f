import java.util.*;

class Given {
  String join(String text, List<String> parts) {
    for (String part : parts) {
      text += part;
    }
    return text;
  }
}

import java.util.*;

class MayBeNull {
  String all(List<String> parts) {
    String text = null;
    for (String part : parts) {
      text += part;
    }
    return text;
  }
}

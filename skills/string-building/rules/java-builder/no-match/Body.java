import java.util.*;

class Body {
  String fill(List<String> parts) {
    String s = "";
    while (s.length() < 10) for (String part : parts) { s += part; }
    return s;
  }
}

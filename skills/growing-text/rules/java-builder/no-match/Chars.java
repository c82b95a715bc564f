import java.util.*;

class Chars {
  String all(List<char[]> parts) {
    String s = "";
    for (char[] part : parts) {
      s += part;
    }
    return s;
  }
}

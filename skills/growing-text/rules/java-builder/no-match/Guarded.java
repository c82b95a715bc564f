import java.util.*;

class Guarded {
  String lines(List<String> rows) {
    String s = "";
    try {
      for (String row : rows) {
        s += row.trim();
      }
    } catch (NullPointerException broken) {
      return s;
    }
    return s;
  }
}

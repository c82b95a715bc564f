import java.util.*;

class Reads {
  String twice(List<String> rows) {
    String s = "";
    for (String row : rows) {
      s += row + s;
    }
    return s;
  }
}

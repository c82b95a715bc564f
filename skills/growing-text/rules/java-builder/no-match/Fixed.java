import java.util.*;

class Fixed {
  String lines(List<String> rows) {
    StringBuilder s = new StringBuilder();
    for (String row : rows) {
      s.append(row);
    }
    return s.toString();
  }
}

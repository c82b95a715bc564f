import java.util.*;

class Nested {
  List<String> all(List<List<String>> rows) {
    List<String> out = new ArrayList<>(rows.size());
    for (List<String> row : rows) {
      String line = "";
      for (String cell : row) {
        line += cell;
      }
      out.add(line);
    }
    return out;
  }
}

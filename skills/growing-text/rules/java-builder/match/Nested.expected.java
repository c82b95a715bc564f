import java.util.*;

class Nested {
  List<String> all(List<List<String>> rows) {
    List<String> out = new ArrayList<>(rows.size());
    for (List<String> row : rows) {
      String line = "";
      StringBuilder lineBuilder = new StringBuilder();
      for (String cell : row) {
        lineBuilder.append(cell);
      }
      line += lineBuilder;
      out.add(line);
    }
    return out;
  }
}

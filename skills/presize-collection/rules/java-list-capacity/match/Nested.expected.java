import java.util.*;

class Nested {
  List<List<String>> rows(int count, Collection<String> cells) {
    List<List<String>> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<String> row = new ArrayList<>(cells.size());
      for (String cell : cells) {
        row.add(cell + i);
      }
      rows.add(row);
    }
    return rows;
  }
}

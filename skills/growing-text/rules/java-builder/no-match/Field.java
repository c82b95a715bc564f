import java.util.*;

class Field {
  String text = "";

  void add(List<String> rows) {
    for (String row : rows) {
      text += row;
    }
  }
}

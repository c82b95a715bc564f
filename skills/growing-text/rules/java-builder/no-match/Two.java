import java.util.*;

class Two {
  String lines(List<String> rows) {
    String s = "";
    for (String row : rows) {
      System.out.println(row);
      s += row;
    }
    return s;
  }
}

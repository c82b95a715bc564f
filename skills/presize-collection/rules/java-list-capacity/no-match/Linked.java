import java.util.*;

class Linked {
  List<Integer> all(List<Integer> ns) {
    List<Integer> out = new LinkedList<>();
    for (Integer n : ns) {
      out.add(n);
    }
    return out;
  }
}

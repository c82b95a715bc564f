import java.util.*;

class Iterator {
  List<Integer> all(Iterable<Integer> ns) {
    List<Integer> out = new ArrayList<>();
    for (Integer n : ns) {
      out.add(n);
    }
    return out;
  }
}

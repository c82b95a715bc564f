import java.util.*;

class Reads {
  List<Integer> all(List<Integer> ns) {
    List<Integer> out = new ArrayList<>();
    for (Integer n : ns) {
      out.add(n + out.size());
    }
    return out;
  }
}

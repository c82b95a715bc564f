import java.util.*;

class Fixed {
  List<Integer> all(List<Integer> ns) {
    List<Integer> out = new ArrayList<>(ns.size());
    for (Integer n : ns) {
      out.add(n);
    }
    return out;
  }
}

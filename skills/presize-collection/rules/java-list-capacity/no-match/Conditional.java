import java.util.*;

class Conditional {
  List<Integer> big(List<Integer> ns) {
    List<Integer> out = new ArrayList<>();
    for (Integer n : ns) {
      if (n > 9) out.add(n);
    }
    return out;
  }
}

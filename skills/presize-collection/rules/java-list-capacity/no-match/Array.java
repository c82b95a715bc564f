import java.util.*;

class Array {
  List<Integer> all(int[] ns) {
    List<Integer> out = new ArrayList<>();
    for (int n : ns) {
      out.add(n);
    }
    return out;
  }
}

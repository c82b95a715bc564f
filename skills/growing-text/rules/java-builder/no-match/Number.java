import java.util.*;

class Number {
  int sum(List<Integer> ns) {
    int s = 0;
    for (Integer n : ns) {
      s += n;
    }
    return s;
  }
}

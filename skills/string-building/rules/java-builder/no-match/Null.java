import java.util.*;

class Null {
  String join(String head, Collection<Integer> parts) {
    for (Integer part : parts) { head += part; }
    return head;
  }
}

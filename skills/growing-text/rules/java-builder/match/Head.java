import java.util.*;

class Head {
  // a head before its parts
  String join(String head, Collection<Integer> parts) {
    for (Integer part : parts) { head += part; }
    return head; // and nothing behind
  }
}

import java.util.*;

class Head {
  // a head before its parts
  String join(int size, Collection<Integer> parts) {
    String head = size + ":";
    for (Integer part : parts) { head += part; }
    return head; // and nothing behind
  }
}

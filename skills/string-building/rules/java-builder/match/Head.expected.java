import java.util.*;

class Head {
  // a head before its parts
  String join(int size, Collection<Integer> parts) {
    String head = size + ":";
    StringBuilder headBuilder = new StringBuilder();
    for (Integer part : parts) {
      headBuilder.append(part);
    }
    head += headBuilder;
    return head; // and nothing behind
  }
}

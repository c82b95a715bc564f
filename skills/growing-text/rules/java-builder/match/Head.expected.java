import java.util.*;

class Head {
  // a head before its parts
  String join(String head, Collection<Integer> parts) {
    StringBuilder headBuilder = new StringBuilder();
    for (Integer part : parts) {
      headBuilder.append(part);
    }
    head += headBuilder;
    return head; // and nothing behind
  }
}

import java.util.*;

class Head {
  // a head before its parts
  String join(String head, Collection<Integer> parts) {
    String line = "of " + head + ":";
    for (Integer part : parts) { line += part; }
    return line; // and nothing behind
  }
}

import java.util.*;

class Head {
  // a head before its parts
  String join(String head, Collection<Integer> parts) {
    String line = "of " + head + ":";
    StringBuilder lineBuilder = new StringBuilder();
    for (Integer part : parts) {
      lineBuilder.append(part);
    }
    line += lineBuilder;
    return line; // and nothing behind
  }
}

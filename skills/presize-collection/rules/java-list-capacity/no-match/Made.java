import java.util.*;

class Made {
  List<String> all() {
    List<String> out = new ArrayList<>();
    for (String x : new HashSet<>(next())) { out.add(x); }
    return out;
  }
}

import java.util.*;

class Inferred {
  int count(List<String> xs) {
    var out = new ArrayList<String>();
    for (String x : xs) { out.add(x); }
    return out.size();
  }
}

import java.util.*;

class Field {
  private final Set<Integer> all = new HashSet<>();

  // doubled
  List<Integer> doubled() {
    List<Integer> out = new ArrayList<Integer>(all.size());
    for (Integer n : all) { out.add(n * 2); }
    return out; // fresh
  }
}

package shop;

import java.util.regex.*;

public final class Twice {
  /** Counts them. */
  static int count(Iterable<String> words) {
    int n = 0;
    for (String w : words) {
      // both
      if (Pattern.compile("^a", Pattern.CASE_INSENSITIVE).matcher(w).find() && !Pattern.compile("z$").matcher(w).find()) n++;
    }
    return n;
  }
}

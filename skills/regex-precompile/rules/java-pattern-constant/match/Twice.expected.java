package shop;

import java.util.regex.*;

public final class Twice {
  private static final Pattern COUNT_PATTERN = Pattern.compile("^a", Pattern.CASE_INSENSITIVE);

  private static final Pattern COUNT_PATTERN_2 = Pattern.compile("z$");

  /** Counts them. */
  static int count(Iterable<String> words) {
    int n = 0;
    for (String w : words) {
      // both
      if (COUNT_PATTERN.matcher(w).find() && !COUNT_PATTERN_2.matcher(w).find()) n++;
    }
    return n;
  }
}

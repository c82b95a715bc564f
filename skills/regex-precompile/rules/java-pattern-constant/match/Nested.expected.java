import java.util.List;
import java.util.regex.Pattern;

class Nested {
  private static final Pattern CLEAN_PATTERN = Pattern.compile("\\s+");

  class Inner {
    List<String> clean(List<String> words) {
      return words.stream().map(w -> CLEAN_PATTERN.matcher(w).replaceAll(" ")).toList();
    }
  }
}

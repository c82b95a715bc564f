import java.util.List;
import java.util.regex.Pattern;

class Nested {
  class Inner {
    List<String> clean(List<String> words) {
      return words.stream().map(w -> Pattern.compile("\\s+").matcher(w).replaceAll(" ")).toList();
    }
  }
}

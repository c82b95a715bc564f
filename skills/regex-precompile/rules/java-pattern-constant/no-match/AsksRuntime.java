import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

class AsksRuntime {
  boolean knowsScripts(String word) {
    try {
      return Pattern.compile("\\p{IsLatin}+").matcher(word).matches();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }
}

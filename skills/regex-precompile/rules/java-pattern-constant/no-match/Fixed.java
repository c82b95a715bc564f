import java.util.regex.Pattern;

class Fixed {
  private static final Pattern WORD = Pattern.compile("[a-z]+");

  boolean isWord(String s) { return WORD.matcher(s).matches(); }
}

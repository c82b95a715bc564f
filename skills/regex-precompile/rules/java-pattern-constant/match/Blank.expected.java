import java.util.regex.Pattern;

class Blank {
  private static final Pattern IS_WORD_PATTERN = Pattern.compile("\\w+");

  boolean isWord(String text) {
    Pattern word = IS_WORD_PATTERN;
    return word.matcher(text).matches();
  }
}

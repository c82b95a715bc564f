import java.util.regex.Pattern;

class OnceAndLate {
  private static Pattern word;

  static boolean isWord(String text) {
    if (word == null) {
      word = Pattern.compile("[a-z]+");
    }
    return word.matcher(text).matches();
  }
}

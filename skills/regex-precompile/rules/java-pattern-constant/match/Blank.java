import java.util.regex.Pattern;

class Blank {

  boolean isWord(String text) {
    Pattern word = Pattern.compile("\\w+");
    return word.matcher(text).matches();
  }
}

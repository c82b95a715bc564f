import java.util.regex.Pattern;

class FlagsGiven {
  private int flags;

  boolean fits(String word) {
    return Pattern.compile("a+", this.flags).matcher(word).matches();
  }
}

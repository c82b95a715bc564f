import java.util.regex.Pattern;

enum Kind {
  A;
  boolean is(String s) { return Pattern.compile("a").matcher(s).find(); }
}

import java.util.regex.Pattern;

class Flags {
  boolean is(String s) { return Pattern.compile("a", Pattern.CASE_INSENSITIVE).matcher(s).find(); }
}

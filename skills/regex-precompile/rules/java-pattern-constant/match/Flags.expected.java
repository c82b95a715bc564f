import java.util.regex.Pattern;

class Flags {
  private static final Pattern IS_PATTERN = Pattern.compile("a", Pattern.CASE_INSENSITIVE);

  boolean is(String s) { return IS_PATTERN.matcher(s).find(); }
}

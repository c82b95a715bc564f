import java.util.regex.Pattern;

class FieldFlags {
  private int flags;

  boolean is(String s) { return Pattern.compile("a", this.flags).matcher(s).find(); }
}

import java.util.regex.Pattern;

class Other {
  boolean is(String s) { return s.isEmpty(); }

  boolean rare(String s) { return Pattern.compile("a").matcher(s).find(); }
}

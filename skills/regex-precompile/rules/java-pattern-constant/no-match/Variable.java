import java.util.regex.Pattern;

class Variable {
  boolean fits(String p, String s) { return Pattern.compile(p).matcher(s).find(); }
}

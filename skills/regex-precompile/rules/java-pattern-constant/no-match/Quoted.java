import java.util.regex.Pattern;

class Quoted {
  String quoted(String s) { return Pattern.quote("a.b") + s; }
}

class Shadowed {
  boolean is(Compiler Pattern, String s) { return Pattern.compile("a") == s; }
}

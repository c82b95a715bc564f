class AppendsTwice {
  String line(String[] words) {
    String s = "";
    for (String word : words) {
      s += " ";
      s += word;
    }
    return s;
  }
}

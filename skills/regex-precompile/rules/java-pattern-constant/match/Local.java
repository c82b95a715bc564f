package shop;

import java.util.regex.Pattern;

class Local {
    private int n;

    boolean isWord(String s) {
        Pattern p = Pattern.compile("[a-z]+");
        return p.matcher(s).matches();
    }
}

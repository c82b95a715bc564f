package shop;

import java.util.regex.Pattern;

class Local {
    private static final Pattern IS_WORD_PATTERN = Pattern.compile("[a-z]+");

    private int n;

    boolean isWord(String s) {
        Pattern p = IS_WORD_PATTERN;
        return p.matcher(s).matches();
    }
}

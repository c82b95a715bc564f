import java.util.*;

class Lines {
    String lines(List<String> rows) {
        String s = "";
        for (String row : rows) {
            s += row + "\n";
        }
        return s;
    }
}

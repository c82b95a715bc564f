import java.util.*;

class Lines {
    String lines(List<String> rows) {
        String s = "";
        StringBuilder sBuilder = new StringBuilder();
        for (String row : rows) {
            sBuilder.append(row + "\n");
        }
        s += sBuilder;
        return s;
    }
}

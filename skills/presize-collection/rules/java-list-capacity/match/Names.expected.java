import java.util.*;

class Names {
    List<String> names(List<User> users) {
        List<String> names = new ArrayList<>(users.size());
        for (User user : users) {
            names.add(user.name());
        }
        return names;
    }

    record User(String name) { }
}

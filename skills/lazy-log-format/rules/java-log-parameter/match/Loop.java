import org.slf4j.*;

class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  void all(java.util.List<String> words) {
    for (String word : words) {
      // each
      log.info("word=" + word); // told
    }
  }
}

import org.slf4j.*;

class Three {
  private static final Logger log = LoggerFactory.getLogger(Three.class);

  void got(int a, int b) {
    log.debug("got " + a + b);
  }
}

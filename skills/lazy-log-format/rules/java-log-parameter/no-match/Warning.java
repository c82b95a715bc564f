import org.slf4j.*;

class Warning {
  private static final Logger log = LoggerFactory.getLogger(Warning.class);

  void got(int n) {
    log.warn("got " + n);
  }
}

import org.slf4j.*;

class Literals {
  private static final Logger log = LoggerFactory.getLogger(Literals.class);

  void got() {
    log.debug("took the one that is "
        + "the better of both");
  }
}

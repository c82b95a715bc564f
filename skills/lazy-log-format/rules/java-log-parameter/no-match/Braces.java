import org.slf4j.*;

class Braces {
  private static final Logger log = LoggerFactory.getLogger(Braces.class);

  void got(int n) {
    log.debug("got {} " + n);
  }
}

import org.slf4j.*;

class Got {
  private static final Logger log = LoggerFactory.getLogger(Got.class);

  void got(int n) {
    log.debug("got " + n);
  }
}

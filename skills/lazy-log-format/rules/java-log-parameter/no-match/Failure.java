import org.slf4j.*;

class Failure {
  private static final Logger log = LoggerFactory.getLogger(Failure.class);

  void got(Exception e) {
    log.debug("failed: " + e);
  }
}

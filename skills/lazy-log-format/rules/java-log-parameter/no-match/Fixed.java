import org.slf4j.*;

class Fixed {
  private static final Logger log = LoggerFactory.getLogger(Fixed.class);

  void got(int n) {
    log.debug("got {}", n);
  }
}

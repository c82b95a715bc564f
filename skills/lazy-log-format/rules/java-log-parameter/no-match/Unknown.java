import org.slf4j.*;

class Unknown {
  private static final Logger log = LoggerFactory.getLogger(Unknown.class);

  void got(Order o) {
    log.debug("got " + o);
  }

  interface Order { }
}

import org.slf4j.*;

class Nested {
  private static final Logger log = LoggerFactory.getLogger(Nested.class);

  void run(long id) {
    Runnable r = () -> log.trace("job " + id);
    r.run();
  }
}

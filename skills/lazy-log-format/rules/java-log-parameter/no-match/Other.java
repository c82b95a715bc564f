import org.slf4j.*;

class Other {
  private final Printer log = new Printer();

  void got(int n) {
    log.debug("got " + n);
  }
}

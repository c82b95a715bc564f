import com.example.logs.Logger;
import com.example.logs.LoggerFactory;

class OtherFactory {
  private static final Logger log = LoggerFactory.getLogger(OtherFactory.class);

  void got(int count) {
    log.debug("got " + count);
  }
}

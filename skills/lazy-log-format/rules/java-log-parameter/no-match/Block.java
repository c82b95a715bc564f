import org.slf4j.*;

class Block {
  private static final Logger LOG = LoggerFactory.getLogger(Block.class);

  void run(String x) {
    LOG.info("""
        it is "one" """ + x);
  }
}

import java.util.Base64;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Appends one record with Apache's own client: brokers, topic, key, value, then header names and values in turn. All but
 * the first two and the names are base64; "-" is null.
 */
public class AppendRecord {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(args[1], bytes(args[2]), bytes(args[3]));
    for (int at = 4; at < args.length; at += 2) record.headers().add(args[at], bytes(args[at + 1]));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      System.out.println(producer.send(record).get());
    }
  }

  private static byte[] bytes(String text) {
    return text.equals("-") ? null : Base64.getDecoder().decode(text);
  }
}

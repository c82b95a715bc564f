import java.util.Base64;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Appends one record with Apache's own client: brokers, compression, topic, key, value, then header names and values in
 * turn. Key, value and header values are base64; "-" is null.
 */
public class AppendRecord {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("compression.type", args[1]);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(args[2], bytes(args[3]), bytes(args[4]));
    for (int at = 5; at < args.length; at += 2) record.headers().add(args[at], bytes(args[at + 1]));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      System.out.println(producer.send(record).get());
    }
  }

  private static byte[] bytes(String text) {
    return text.equals("-") ? null : Base64.getDecoder().decode(text);
  }
}

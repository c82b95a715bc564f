import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Appends records with Apache's own client. Arguments: brokers, compression. Standard input, a record a line, words
 * separated by blanks: topic, key, value, then header names and values in turn; all but the topic in base64, "-" is null.
 */
public class AppendRecord {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("compression.type", args[1]);
    settings.put("max.request.size", "8388608");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(words[0], bytes(words[1]), bytes(words[2]));
        for (int at = 3; at < words.length; at += 2) record.headers().add(new String(bytes(words[at])), bytes(words[at + 1]));
        System.out.println(producer.send(record).get());
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.equals("-") ? null : text.equals("=") ? new byte[0] : Base64.getDecoder().decode(text);
  }
}

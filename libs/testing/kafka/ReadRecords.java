import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the records of a topic with Apache's own client, up to their present end. Arguments: brokers, topic. Output, a
 * record a line, in the form that AppendRecord takes: key, value, then header names and values in turn.
 */
public class ReadRecords {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = consumer.partitionsFor(args[1]).stream()
          .map(each -> new TopicPartition(each.topic(), each.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(500)).forEach(ReadRecords::print);
      }
    }
  }

  private static void print(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder line = new StringBuilder(word(record.key())).append(' ').append(word(record.value()));
    for (Header each : record.headers()) {
      line.append(' ').append(word(each.key().getBytes())).append(' ').append(word(each.value()));
    }
    System.out.println(line);
  }

  private static String word(byte[] bytes) {
    return bytes == null ? "-" : bytes.length == 0 ? "=" : Base64.getEncoder().encodeToString(bytes);
  }
}

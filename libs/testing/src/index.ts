export {
  buildRepository,
  type BuildRepositoryOptions,
  type TestCommit,
  type TestFile,
  type TestPerson,
} from './git.repository.js';
export { recordChecker, type CheckedRecord } from './record.checker.js';
export { kafkaJars, runJava } from './kafka/kafka.jars.js';
export { LocalKafka, type LocalKafkaOptions } from './kafka/local.kafka.js';
export { freePort, TcpProxy, type ProxyTarget } from './tcp.proxy.js';

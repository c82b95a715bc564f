export {
  buildRepository,
  type BuildRepositoryOptions,
  type TestCommit,
  type TestFile,
  type TestPerson,
} from './git.repository.js';
export { pprofBytes } from './constructed/pprof.bytes.js';
export { ConstructedPyroscope, type PushedSamples } from './constructed/pyroscope.server.js';
export { regressionFinding } from './regression.finding.js';
export { recordChecker, type CheckedRecord } from './record.checker.js';
export { LocalRedis, type LocalRedisOptions } from './redis/local.redis.js';
export { redisForTests, type TestRedis } from './redis/redis.for.tests.js';
export { appendWithJava, readWithJava, type ForeignRecord } from './kafka/java.client.js';
export { kafkaJars, runJava } from './kafka/kafka.jars.js';
export { LocalKafka, type LocalKafkaOptions } from './kafka/local.kafka.js';
export { freePort, TcpProxy, type ProxyTarget } from './tcp.proxy.js';
export { kafkaForTests, type TestKafka } from './kafka/kafka.for.tests.js';
export { buildGoProgram, type GoProgramOptions } from './profilers/go.program.js';
export { profileWithPerf, type PerfProfile } from './profilers/perf.js';
export { profileWithPySpy } from './profilers/py.spy.js';
export * from './messages-api/index.js';

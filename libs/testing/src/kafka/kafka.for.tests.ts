import { randomUUID } from 'node:crypto';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../tcp.proxy.js';
import { LocalKafka } from './local.kafka.js';

/** A Kafka that tests may use. */
export interface TestKafka {
  brokers: string[];
  /** Bus address for Headroom, with {@link prefix}. */
  url: string;
  /** Where it came from. */
  how: 'KAFKA_BROKERS' | 'container' | 'local jars';
  /** `unknown` for a broker that was given: the protocol does not tell. */
  version: string;
  clusterId: string;
  /** For topics and groups of this caller alone. */
  prefix: string;
  /** Deletes the caller's topics and groups; stops the broker if this call started it. */
  close(): Promise<void>;
}

const VERSION = '4.4.0';
const IMAGE = `apache/kafka:${VERSION}`;
/** Nobody kills this broker: on a busy machine it may be late without losing its place. */
const PATIENT = { 'broker.session.timeout.ms': '30000', 'broker.heartbeat.interval.ms': '2000' };
const READY_WITHIN_MS = 60_000;

/** What to do when there is no Kafka, one sentence. */
const KAFKA_ADVICE =
  'There is no Kafka for tests: give addresses of brokers in KAFKA_BROKERS, or start a container engine, or install Java 17 and Maven (on Debian: apt-get install default-jre-headless maven).';

/**
 * A Kafka for tests: the brokers that `KAFKA_BROKERS` names, else a container, else a broker from the jars that Maven
 * fetches.
 * @throws HeadroomError `HEADROOM_TEST_KAFKA_MISSING` when there is none
 */
export async function kafkaForTests(): Promise<TestKafka> {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return serving('KAFKA_BROKERS', given.split(','), 'unknown', () => Promise.resolve());
  const container = await containerKafka();
  if (container) return serving('container', [container.broker], VERSION, container.stop);
  const local = await localKafka();
  return serving('local jars', [...local.brokers], VERSION, () => local.close());
}

async function localKafka(): Promise<LocalKafka> {
  try {
    return await LocalKafka.start({ properties: PATIENT });
  } catch (error) {
    const message = `${KAFKA_ADVICE} ${messageOf(error)}`;
    throw new HeadroomError(message, { code: 'HEADROOM_TEST_KAFKA_MISSING', cause: error });
  }
}

async function serving(
  how: TestKafka['how'],
  brokers: string[],
  version: string,
  stop: () => Promise<void>,
): Promise<TestKafka> {
  const prefix = `test-${randomUUID().slice(0, 8)}.`;
  try {
    const clusterId = await withAdmin(brokers, async (admin) => (await admin.describeCluster()).clusterId);
    const close = async (): Promise<void> => {
      if (how === 'KAFKA_BROKERS') await withAdmin(brokers, (admin) => removeNames(admin, prefix));
      await stop();
    };
    return { brokers, url: `kafka://${brokers.join(',')}?prefix=${prefix}`, how, version, clusterId, prefix, close };
  } catch (error) {
    await stop();
    const message = `The Kafka for tests (${how}, ${brokers.join(',')}) does not answer: ${messageOf(error)}`;
    throw new HeadroomError(message, { code: 'HEADROOM_TEST_KAFKA_MISSING', cause: error });
  }
}

type Admin = ReturnType<Kafka['admin']>;

async function withAdmin<Result>(brokers: string[], use: (admin: Admin) => Promise<Result>): Promise<Result> {
  const client = new Kafka({ clientId: 'tests', brokers, logLevel: logLevel.NOTHING, retry: { retries: 2 } });
  const admin = client.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function removeNames(admin: Admin, prefix: string): Promise<void> {
  const topics = (await admin.listTopics()).filter((each) => each.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  const { groups } = await admin.listGroups();
  const names = groups.map(({ groupId }) => groupId).filter((each) => each.startsWith(prefix));
  // A group with a member that was not closed cannot be deleted; it expires by itself.
  if (names.length > 0) await admin.deleteGroups(names).catch(() => undefined);
}

/** A container, where an engine runs and has the image; the probe takes some milliseconds where none does. */
async function containerKafka(): Promise<{ broker: string; stop: () => Promise<void> } | undefined> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
  } catch {
    // No engine: the next way is tried.
    return undefined;
  }
  const port = await freePort();
  const started = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '500',
    })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
    .withStartupTimeout(READY_WITHIN_MS)
    .start();
  return { broker: `localhost:${port}`, stop: async () => void (await started.stop()) };
}

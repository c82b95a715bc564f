import { createLogger, type Logger } from '@headroom/platform';

/** How a client proves who it is. */
export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** Where the brokers are and how to work with them. */
export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster; the others are learned from them. */
  brokers: readonly string[];
  /** Names this client in the broker's logs and quotas. @default 'headroom' */
  clientId?: string;
  /** Encrypts the connections. @default false */
  ssl?: boolean;
  /** @default no authentication */
  sasl?: KafkaSasl;
  /** Put before every topic and group, so that several runs can share a cluster. @default '' */
  prefix?: string;
  /** A member that is silent for this long loses its partitions; the broker refuses less than 6 s by default. @default 30_000 */
  sessionTimeoutMs?: number;
  /** Longest wait of a rebalance for a member to join again. @default 60_000 */
  rebalanceTimeoutMs?: number;
  /** Longest wait of a fetch for records; a paused partition flows again after this at the latest. @default 500 */
  fetchWaitMs?: number;
  /** An append that is not acknowledged by then is rejected. @default 10_000 */
  appendDeadlineMs?: number;
  /** A question about topics, groups or offsets that is not answered by then is rejected. @default 30_000 */
  requestDeadlineMs?: number;
  /** Added partitions and moved leaders are known after this at the latest. @default 60_000 */
  metadataMaxAgeMs?: number;
  /** Copies of each partition of a topic that is made. @default the broker's `default.replication.factor` */
  replication?: number;
  /** @default nothing is logged */
  logger?: Logger;
}

/** {@link KafkaOptions} with every default filled in. */
export type KafkaSettings = Required<Omit<KafkaOptions, 'sasl'>> & Pick<KafkaOptions, 'sasl'>;

/** The broker's own default, in the protocol. */
const BROKER_DEFAULT = -1;

/** Fills in the defaults. */
export function kafkaSettings(options: KafkaOptions): KafkaSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as KafkaOptions;
  return {
    clientId: 'headroom',
    ssl: false,
    prefix: '',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    fetchWaitMs: 500,
    appendDeadlineMs: 10_000,
    requestDeadlineMs: 30_000,
    metadataMaxAgeMs: 60_000,
    replication: BROKER_DEFAULT,
    logger: options.logger ?? createLogger({ level: 'silent' }),
    ...given,
  };
}

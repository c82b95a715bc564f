import { HeadroomError, messageOf } from '@headroom/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { TopicAdmin } from './topic.admin.js';

/** Topics of a cluster, connected. */
export interface OpenTopics {
  topics: TopicAdmin;
  close(): Promise<void>;
}

/**
 * Connects to the cluster that an address names, and asks once.
 * @param bus `kafka://…`
 * @throws HeadroomError retryable `HEADROOM_LOG_AWAY` when no broker answers
 */
export async function openTopics(bus: string): Promise<OpenTopics> {
  const brokers = new URL(bus).host.split(',');
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 2 } }).admin();
  try {
    await admin.connect();
  } catch (error) {
    await admin.disconnect();
    throw new HeadroomError(`No broker of the log answers (${messageOf(error)}). Check --bus (HEADROOM_BUS).`, {
      code: 'HEADROOM_LOG_AWAY',
      retryable: true,
      cause: error,
    });
  }
  return { topics: new TopicAdmin(admin), close: () => admin.disconnect() };
}

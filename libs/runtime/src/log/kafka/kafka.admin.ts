import { HeadroomError } from '@headroom/contracts';
import type { Admin, Cluster } from 'kafkajs';
import { ClientSockets } from './client.sockets.js';
import { kafkaClient, SHORT_RETRY } from './kafka.client.js';
import { brokerErrorType, closedError, logError, withDeadline } from './kafka.errors.js';
import type { KafkaSettings } from './kafka.options.js';

/** What questions are asked with. */
export interface AdminConnection {
  admin: Admin;
  /** Metadata, offsets and fetches below the level of groups. */
  cluster: Cluster;
}

interface Connecting {
  sockets: ClientSockets;
  connection: Promise<AdminConnection>;
  /** Questions that are not answered yet. */
  asking: number;
  /** Whether it has answered before. */
  proven: boolean;
}

/** Asks the cluster about topics, groups and offsets. A connection that has failed takes no further question. */
export class KafkaAdmin {
  readonly #settings: KafkaSettings;
  #current: Connecting | undefined;
  #closed = false;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /**
   * Asks something within a deadline.
   * @param doing completes "Kafka could not be asked to …"
   * @throws HeadroomError as {@link logError} makes it
   */
  async ask<Answer>(
    doing: string,
    question: (connection: AdminConnection) => Promise<Answer>,
    deadlineMs = this.#settings.requestDeadlineMs,
  ): Promise<Answer> {
    const deadline = performance.now() + deadlineMs;
    const used = this.#connected();
    try {
      return await this.#answer(used, doing, question, deadlineMs);
    } catch (error) {
      const failure = logError(error, doing);
      // A connection that was idle may have been closed meanwhile: that is noticed only when it is used.
      if (!failure.retryable || !used.proven || performance.now() >= deadline) throw failure;
    }
    try {
      return await this.#answer(this.#connected(), doing, question, deadline - performance.now());
    } catch (error) {
      throw logError(error, doing);
    }
  }

  #connected(): Connecting {
    if (this.#closed) throw closedError();
    return (this.#current ??= this.#connect());
  }

  async #answer<Answer>(
    used: Connecting,
    doing: string,
    question: (connection: AdminConnection) => Promise<Answer>,
    deadlineMs: number,
  ): Promise<Answer> {
    used.asking += 1;
    try {
      const answer = await withDeadline(
        used.connection.then((connection) => question(connection)),
        deadlineMs,
        doing,
      );
      used.proven = true;
      return answer;
    } catch (error) {
      this.#giveUp(used, error);
      throw error;
    } finally {
      used.asking -= 1;
      if (used !== this.#current && used.asking === 0) used.sockets.end();
    }
  }

  #connect(): Connecting {
    const sockets = new ClientSockets();
    const kafka = kafkaClient(this.#settings, sockets, SHORT_RETRY);
    const admin = kafka.admin();
    const cluster = clusterOf(kafka, this.#settings.metadataMaxAgeMs);
    const connect = async (): Promise<AdminConnection> => {
      await admin.connect();
      await cluster.connect();
      return { admin, cluster };
    };
    return { sockets, connection: connect(), asking: 0, proven: false };
  }

  #giveUp(used: Connecting, error: unknown): void {
    const type = brokerErrorType(error);
    // A broker that has answered can be asked again, except that a topic once asked for stays in the metadata of the
    // connection: when it is gone, every other question would fail with it.
    const answered = type !== undefined || (error instanceof HeadroomError && !error.retryable);
    if (answered && type !== 'UNKNOWN_TOPIC_OR_PARTITION') return;
    if (this.#current === used) this.#current = undefined;
    if (!answered) used.sockets.end();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const used = this.#current;
    this.#current = undefined;
    if (!used) return;
    try {
      const { admin, cluster } = await used.connection;
      await Promise.all([admin.disconnect(), cluster.disconnect()]);
    } catch (error) {
      this.#settings.logger.debug({ err: error }, 'the connection for questions was not there any more');
    } finally {
      used.sockets.end();
    }
  }
}

/**
 * The layer below groups, as the client hands it to partition assigners. The consumer around it never joins: the broker
 * hears of no group.
 */
function clusterOf(kafka: ReturnType<typeof kafkaClient>, metadataMaxAge: number): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    metadataMaxAge,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        const never = () => {
          throw new Error('this client joins no group');
        };
        return { name: 'none', version: 0, assign: never, protocol: never };
      },
    ],
  });
  if (!found) throw new Error('the client gave no access to its cluster');
  return found;
}

import type { Logger } from '@headroom/platform';
import { Kafka, logLevel, type logCreator, type RetryOptions } from 'kafkajs';
import type { ClientSockets } from './client.sockets.js';
import { restIdleConnections } from './idle.connections.js';
import type { KafkaSettings } from './kafka.options.js';

restIdleConnections();

/**
 * Given to every client: without it, the defaults depend on `NODE_ENV`. Each layer of the client tries by itself, so a
 * few tries go a long way.
 */
export const RETRY = {
  initialRetryTime: 200,
  factor: 0.2,
  multiplier: 2,
  maxRetryTime: 1_000,
  retries: 8,
} satisfies RetryOptions;
/** For what somebody waits for: the client cannot be told to stop trying, so it gives up soon by itself. */
export const SHORT_RETRY = { ...RETRY, retries: 4 } satisfies RetryOptions;

const REQUEST_MS = 30_000;
const CONNECT_MS = 3_000;

/**
 * A client factory of its own for each producer, member and administration: one that is shared also shares the
 * committed offsets it has seen.
 */
export function kafkaClient(settings: KafkaSettings, sockets: ClientSockets, retry: RetryOptions = RETRY): Kafka {
  return new Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    ssl: settings.ssl,
    // The mechanism decides the shape in the typings; here all three have the same.
    ...(settings.sasl ? { sasl: settings.sasl as { mechanism: 'plain'; username: string; password: string } } : {}),
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    enforceRequestTimeout: true,
    retry,
    socketFactory: sockets.factory,
    logLevel: settings.logger.isLevelEnabled('debug') ? logLevel.INFO : logLevel.ERROR,
    logCreator: logTo(settings.logger),
  });
}

/** What the client says, one level lower: what matters of it reaches the callers as errors and events. */
function logTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _logger, ...facts } = log;
      const write = level === logLevel.ERROR ? logger.warn.bind(logger) : logger.debug.bind(logger);
      write({ ...facts, client: namespace, said: message }, 'the Kafka client reports');
    };
}

import { HeadroomError, messageOf } from '@headroom/contracts';
import { Redis } from 'ioredis';

/** What an operator wants to know of a Redis server. */
export interface RedisFacts {
  version: string;
  /** `noeviction` is the only one under which nothing is lost; undefined where the server does not tell. */
  evictionPolicy: string | undefined;
  /** Whether every write goes to an append-only file; undefined where the server does not tell. */
  appendOnly: boolean | undefined;
  /** The server's clock minus this machine's, milliseconds; half the round trip is taken off. */
  clockAheadMs: number;
}

const CONNECT_WITHIN_MS = 3_000;
/** A server that hangs takes connections all the same. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks a Redis server once.
 * @throws HeadroomError retryable `HEADROOM_STORE_AWAY`, never with the password of the address
 */
export async function redisFacts(url: string): Promise<RedisFacts> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    disconnectTimeout: 500,
  });
  let lastError: unknown;
  redis.on('error', (error: unknown) => (lastError = error));
  try {
    await redis.connect();
    const askedMs = Date.now();
    const [seconds, microseconds] = await redis.time();
    const clockAheadMs = Number(seconds) * 1000 + Number(microseconds) / 1000 - (askedMs + Date.now()) / 2;
    const info = await redis.info();
    const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const appendOnly = fact('aof_enabled');
    return {
      version: fact('redis_version') ?? 'unknown',
      evictionPolicy: fact('maxmemory_policy'),
      appendOnly: appendOnly === undefined ? undefined : appendOnly === '1',
      clockAheadMs: Math.round(clockAheadMs),
    };
  } catch (error) {
    const { host, password } = new URL(url);
    const said = messageOf(lastError ?? error).replaceAll(decodeURIComponent(password) || '\0', '***');
    const message = `Redis at ${host} does not answer: ${said}`;
    throw new HeadroomError(message, { code: 'HEADROOM_STORE_AWAY', retryable: true });
  } finally {
    redis.disconnect();
  }
}

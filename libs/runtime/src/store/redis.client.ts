import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { Redis } from 'ioredis';
import { SCRIPTS, type ScriptCommands } from './redis.scripts.js';

export type ScriptedRedis = Redis & ScriptCommands;

/** Longest that a call waits for a connection, and then for its answer. Milliseconds. */
const CONNECT_WITHIN_MS = 2_000;
const ANSWER_WITHIN_MS = 5_000;
const LARGEST_RECONNECT_MS = 1_000;

/**
 * One connection to Redis that comes back by itself. A call waits a short time for the connection and for its answer,
 * then it is rejected; it is never sent later behind the caller's back, as a queue of the client would do.
 */
export class RedisClient {
  readonly #redis: ScriptedRedis;
  readonly #place: string;
  readonly #secret: string;
  readonly #logger: Logger | undefined;
  readonly #waiting = new Set<() => void>();
  /** Settled once the server of this connection has been looked at; undefined while there is no connection. */
  #fit: Promise<void> | undefined;
  #lastError: unknown;
  #closed = false;

  constructor(url: URL, logger: Logger | undefined) {
    this.#place = url.host;
    this.#secret = decodeURIComponent(url.password);
    this.#logger = logger;
    this.#redis = new Redis(url.href, {
      scripts: SCRIPTS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_WITHIN_MS,
      commandTimeout: ANSWER_WITHIN_MS,
      retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LARGEST_RECONNECT_MS),
      lazyConnect: true,
    }) as ScriptedRedis;
    this.#redis.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    this.#redis.on('ready', () => this.#connected());
    this.#redis.on('close', () => {
      this.#fit = undefined;
    });
  }

  /**
   * Connects and looks at the server. A server that is away is no failure: calls are rejected until it is there.
   * @throws HeadroomError `HEADROOM_STORE_EVICTS`, `HEADROOM_STORE_REFUSED`
   */
  async open(): Promise<void> {
    // Its failure is the 'error' event, and the answer of the first call.
    this.#redis.connect().catch(() => undefined);
    try {
      await this.call((redis) => redis.ping());
    } catch (error) {
      if (!(error instanceof HeadroomError) || !error.retryable) {
        await this.close();
        throw error;
      }
      this.#logger?.warn({ err: error }, 'the store is away, it is tried again');
    }
  }

  #connected(): void {
    const fit = this.#check();
    // Whoever calls next gets the failure.
    fit.catch(() => undefined);
    this.#fit = fit;
    for (const goOn of this.#waiting) goOn();
  }

  /** Refuses a server that would drop keys on its own; asked at every connection, for settings change. */
  async #check(): Promise<void> {
    const info = await this.#redis.info().catch((error: unknown) => {
      // A server may forbid it; then its operator answers for the settings.
      if (messageOf(error).includes('NOPERM')) return '';
      throw error;
    });
    const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const policy = fact('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction') {
      const message = `Redis at ${this.#place} has maxmemory-policy ${policy} and may drop leases and journals; set it to noeviction`;
      throw new HeadroomError(message, { code: 'HEADROOM_STORE_EVICTS' });
    }
    if (fact('redis_mode') === 'cluster') {
      const message = `Redis at ${this.#place} is a cluster; use a single server or one with replicas`;
      throw new HeadroomError(message, { code: 'HEADROOM_STORE_REFUSED' });
    }
    if (fact('aof_enabled') === '0') {
      this.#logger?.warn(
        { store: this.#place },
        'Redis writes no append-only file: leases and journals are lost when it stops; set appendonly yes',
      );
    }
  }

  /**
   * Runs a command or script.
   * @throws HeadroomError retryable `HEADROOM_STORE_AWAY`: unknown whether the call took effect; `HEADROOM_STORE_CLOSED`;
   * `HEADROOM_STORE_EVICTS`, `HEADROOM_STORE_REFUSED`: nothing was done
   */
  async call<Result>(run: (redis: ScriptedRedis) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new HeadroomError('The store is closed', { code: 'HEADROOM_STORE_CLOSED' });
    try {
      if (!this.#fit) await this.#untilConnected();
      await this.#fit;
      return await run(this.#redis);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #untilConnected(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CONNECT_WITHIN_MS);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
    if (!this.#fit) throw this.#lastError ?? new Error('no connection');
  }

  #failure(error: unknown): HeadroomError {
    if (error instanceof HeadroomError) return error;
    const said = messageOf(error);
    // A server that hangs, or a dead path to it: a new connection finds out, and nothing is left in the old one.
    if (said === 'Command timed out' && !this.#closed) this.#redis.disconnect(true);
    const reason = this.#secret === '' ? said : said.replaceAll(this.#secret, '***');
    if (/^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH))/.test(said)) {
      const message = `Redis at ${this.#place} refused: ${reason}; check user and password of the store`;
      return new HeadroomError(message, { code: 'HEADROOM_STORE_REFUSED' });
    }
    if (said.startsWith('OOM ')) {
      const message = `Redis at ${this.#place} is full: ${reason}; give it more memory`;
      return new HeadroomError(message, { code: 'HEADROOM_STORE_AWAY', retryable: true });
    }
    const message = `Redis at ${this.#place} is away: ${reason || 'no connection'}`;
    return new HeadroomError(message, { code: 'HEADROOM_STORE_AWAY', retryable: true });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const goOn of this.#waiting) goOn();
    this.#redis.disconnect();
  }
}

import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { Redis, ReplyError } from 'ioredis';
import { SCRIPTS, type ScriptCommands } from './redis.scripts.js';

export type ScriptedRedis = Redis & ScriptCommands;

/** Longest that a call waits for a connection, and then for its answer. Milliseconds. */
const CONNECT_WITHIN_MS = 2_000;
const ANSWER_WITHIN_MS = 5_000;
const LARGEST_RECONNECT_MS = 1_000;
const CHECK_AGAIN_MS = 1_000;
/** How a server says that it cannot serve for now. */
const SERVER_WORDS = /^(LOADING|BUSY|READONLY|MISCONF|OOM|MASTERDOWN|NOREPLICAS|UNBLOCKED|TRYAGAIN) /;

/** What the client says without its own queue: the command has not left. */
function wasNotSent(error: unknown): boolean {
  return messageOf(error).startsWith("Stream isn't writeable");
}

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
  #warned = false;
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
      disconnectTimeout: 500,
      lazyConnect: true,
    }) as ScriptedRedis;
    this.#redis.on('error', (error: unknown) => {
      this.#lastError = error;
      // The server is there and does not want this client: waiting for it would not help.
      if (error instanceof ReplyError) this.#goOn();
    });
    this.#redis.on('ready', () => this.#connected());
    this.#redis.on('close', () => {
      this.#fit = undefined;
    });
  }

  /**
   * Connects and looks at the server. A server that is away is no failure: calls are rejected until it is there.
   * @throws HeadroomError `HEADROOM_STORE_EVICTS`, `HEADROOM_STORE_REFUSED`, here not retryable: a start must not go on
   */
  async open(): Promise<void> {
    // Its failure is the 'error' event, and the answer of the first call.
    this.#redis.connect().catch(() => undefined);
    try {
      await this.call((redis) => redis.ping());
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      if (error.code !== 'HEADROOM_STORE_AWAY') {
        await this.close();
        throw new HeadroomError(error.message, { code: error.code, cause: error });
      }
      this.#logger?.warn({ err: error }, 'the store is away, it is tried again');
    }
  }

  #connected(): void {
    const fit = this.#check();
    this.#fit = fit;
    this.#lastError = undefined;
    this.#goOn();
    // Whoever calls next gets the failure; the server is looked at again until it is fit.
    fit.catch(() => setTimeout(() => this.#fit === fit && this.#connected(), CHECK_AGAIN_MS).unref());
  }

  #goOn(): void {
    for (const resolve of this.#waiting) resolve();
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
      const what = `has maxmemory-policy ${policy} and may drop leases and journals; set it to noeviction`;
      throw this.#unfit('HEADROOM_STORE_EVICTS', what);
    }
    if (fact('redis_mode') === 'cluster') {
      throw this.#unfit('HEADROOM_STORE_REFUSED', 'is a cluster; use a single server, or one with replicas');
    }
    if (fact('aof_enabled') === '0' && !this.#warned) {
      this.#warned = true;
      this.#logger?.warn(
        { store: this.#place },
        'Redis writes no append-only file: leases and journals are lost when it stops; set appendonly yes',
      );
    }
  }

  /**
   * Runs a command or script.
   * @throws HeadroomError retryable `HEADROOM_STORE_AWAY`: unknown whether the call took effect; `HEADROOM_STORE_CLOSED`;
   * `HEADROOM_STORE_EVICTS`, `HEADROOM_STORE_REFUSED`: nothing was done; not retryable `HEADROOM_STORE_FAILED`
   */
  async call<Result>(run: (redis: ScriptedRedis) => Promise<Result>): Promise<Result> {
    if (this.#closed)
      throw new HeadroomError('The store is closed', { code: 'HEADROOM_STORE_CLOSED', retryable: true });
    try {
      return await this.#attempt(run);
    } catch (error) {
      if (!wasNotSent(error)) throw this.#failure(error);
    }
    // The connection has ended and the client has yet to notice.
    this.#fit = undefined;
    try {
      return await this.#attempt(run);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #attempt<Result>(run: (redis: ScriptedRedis) => Promise<Result>): Promise<Result> {
    if (!this.#fit) await this.#untilConnected();
    await this.#fit;
    return run(this.#redis);
  }

  async #untilConnected(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CONNECT_WITHIN_MS);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
    if (!this.#fit) throw this.#lastError ?? new Error('no answer to the attempt to connect');
  }

  #failure(error: unknown): HeadroomError {
    if (error instanceof HeadroomError) return error;
    const hangs = messageOf(error) === 'Command timed out';
    // A dead path, a server that hangs or is now a replica: a new connection finds out, and leaves nothing in the old one.
    const demoted = error instanceof ReplyError && messageOf(error).startsWith('READONLY');
    if ((hangs || demoted) && this.#fit) {
      this.#fit = undefined;
      this.#redis.disconnect(true);
    }
    const said = hangs ? `no answer within ${ANSWER_WITHIN_MS} ms` : this.#reasonOf(error);
    if (/^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH)/.test(said)) {
      return this.#unfit('HEADROOM_STORE_REFUSED', `refused: ${said}; check user and password of the store`);
    }
    if (error instanceof ReplyError && !SERVER_WORDS.test(said)) {
      const message = `Redis at ${this.#place} cannot do what the store asks: ${said}`;
      return new HeadroomError(message, { code: 'HEADROOM_STORE_FAILED', cause: error });
    }
    const message = `Redis at ${this.#place} is away: ${said}`;
    return new HeadroomError(message, { code: 'HEADROOM_STORE_AWAY', retryable: true });
  }

  /** What the server or the network said; the client's own words about a closed connection say less. */
  #reasonOf(error: unknown): string {
    const known: unknown = error instanceof ReplyError ? error : this.#lastError;
    if (known === undefined) return 'the connection was closed';
    // The error of an address with several families has no message of its own.
    const said = messageOf(known) || String((known as { code?: unknown }).code);
    return this.#secret === '' ? said : said.replaceAll(this.#secret, '***');
  }

  /** Retryable: an operator mends it, and no event may be given up for it. */
  #unfit(code: 'HEADROOM_STORE_EVICTS' | 'HEADROOM_STORE_REFUSED', what: string): HeadroomError {
    return new HeadroomError(`Redis at ${this.#place} ${what}`, { code, retryable: true });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#goOn();
    this.#redis.disconnect();
  }
}

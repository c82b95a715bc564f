import { randomUUID } from 'node:crypto';
import { HeadroomError } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { AcquireResult, KeyValueStore, StoreEntry, StoreOperation } from './key-value.port.js';
import { RedisClient } from './redis.client.js';

/** Options of {@link RedisStore.open}. */
export interface RedisStoreOptions {
  /** Stands before every key, so that several installations can share a server. @default 'headroom:' */
  prefix?: string;
  logger?: Logger;
}

/** What stands for "absent" in scripts. */
const ABSENT = '';

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? ABSENT;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the decode boundary: the caller knows what it stored
function valueOf<Value>(text: string): Value {
  return JSON.parse(text) as Value;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  const known = url && ['redis:', 'rediss:'].includes(url.protocol) && /^\/?\d*$/.test(url.pathname) && !url.search;
  if (known && isEncoded(url.username) && isEncoded(url.password)) return url;
  // The text may hold a password: it is not repeated.
  const message = 'The address of the store is no redis://[:password@]host:port[/db] or rediss://…';
  throw new HeadroomError(message, { code: 'HEADROOM_STORE_ADDRESS' });
}

/** Whole milliseconds, as Redis takes them. */
function wholeMs(ms: number): number {
  return Math.ceil(ms);
}

/**
 * The key-value port on one Redis server, every call one script. Its clock is the server's. For Redis 7 or newer with
 * an append-only file and without eviction; not for Redis Cluster.
 */
export class RedisStore implements KeyValueStore {
  readonly #client: RedisClient;
  readonly #index: string;
  readonly #expiring: string;
  readonly #values: string;
  readonly #leases: string;
  /** Calls for a lease that were sent and not answered, by lease and owner: the next try is the same call. */
  readonly #unanswered = new Map<string, string>();

  private constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#index = `${prefix}names`;
    this.#expiring = `${prefix}expiring`;
    this.#values = `${prefix}value:`;
    this.#leases = `${prefix}lease:`;
  }

  /**
   * Opens the store at `redis://[:password@]host:port[/db]` or `rediss://…`. When the server is away it opens all the
   * same: calls are rejected until it is back.
   * @throws HeadroomError `HEADROOM_STORE_ADDRESS`; `HEADROOM_STORE_EVICTS` when the server may drop keys on its own;
   * `HEADROOM_STORE_REFUSED` when it wants another password, or is a cluster
   */
  static async open(url: string, options: RedisStoreOptions = {}): Promise<RedisStore> {
    const client = new RedisClient(urlOf(url), options.logger);
    await client.open();
    return new RedisStore(client, options.prefix ?? 'headroom:');
  }

  async ping(): Promise<void> {
    await this.#client.call((redis) => redis.ping());
  }

  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    const text = await this.#client.call((redis) => redis.get(this.#values + key));
    return text === null ? undefined : valueOf<Value>(text);
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#client.call((redis) => redis.storePut(...this.#keysOf(key), key, textOf(value)));
  }

  async putIfAbsent<Value = unknown>(key: string, value: Value): Promise<{ created: boolean; value: Value }> {
    const text = textOf(value);
    const there = await this.#client.call((redis) => redis.storePutIfAbsent(...this.#keysOf(key), key, text));
    return { created: there === ABSENT, value: valueOf<Value>(there === ABSENT ? text : there) };
  }

  async delete(key: string): Promise<void> {
    await this.put(key, undefined);
  }

  compareAndSet(key: string, expected: unknown, next: unknown): Promise<boolean> {
    return this.transact([
      { type: 'check', key, value: expected },
      { type: 'put', key, value: next },
    ]);
  }

  async list<Value = unknown>(prefix: string): Promise<StoreEntry<Value>[]> {
    const found = await this.#client.call((redis) => redis.storeList(this.#index, this.#values, prefix));
    const entries: StoreEntry<Value>[] = [];
    for (let at = 0; at < found.length; at += 2) {
      entries.push({ key: found[at] ?? '', value: valueOf<Value>(found[at + 1] ?? 'null') });
    }
    return entries;
  }

  async transact(operations: readonly StoreOperation[]): Promise<boolean> {
    const keys = operations.map(({ key }) => this.#values + key);
    const words = operations.flatMap((each) => [
      each.type,
      each.key,
      each.type === 'delete' ? ABSENT : textOf(each.value),
    ]);
    const applied = await this.#client.call((redis) =>
      redis.storeTransact(keys.length + 2, this.#index, this.#expiring, ...keys, ...words),
    );
    return applied === 1;
  }

  async expire(key: string, afterMs: number): Promise<boolean> {
    const keys = [...this.#keysOf(key), this.#leases + key];
    const found = await this.#client.call((redis) => redis.storeExpire(...keys, key, wholeMs(afterMs), this.#values));
    return found > 0;
  }

  #keysOf(key: string): [string, string, string] {
    return [this.#index, this.#expiring, this.#values + key];
  }

  async acquire(key: string, owner: string, leaseMs: number): Promise<AcquireResult> {
    const lease = this.#leases + key;
    const who = JSON.stringify([key, owner]);
    const call = this.#unanswered.get(who) ?? randomUUID();
    this.#unanswered.delete(who);
    try {
      const [outcome, ...facts] = await this.#client.call((redis) =>
        redis.storeAcquire(lease, owner, wholeMs(leaseMs), call),
      );
      return acquireResult(outcome, facts);
    } catch (error) {
      this.#unanswered.set(who, call);
      throw error;
    }
  }

  async renew(key: string, token: number, leaseMs: number): Promise<boolean> {
    const lease = this.#leases + key;
    return (await this.#client.call((redis) => redis.storeRenew(lease, token, wholeMs(leaseMs)))) === 1;
  }

  async finish(key: string, token: number, result: unknown, options: { retainMs?: number } = {}): Promise<boolean> {
    const lease = this.#leases + key;
    const retain = options.retainMs === undefined ? ABSENT : wholeMs(options.retainMs);
    const data = textOf(result ?? null);
    return (await this.#client.call((redis) => redis.storeFinish(lease, token, data, retain))) === 1;
  }

  async release(key: string, token: number, options: { delayMs?: number; memo?: unknown } = {}): Promise<boolean> {
    const lease = this.#leases + key;
    const delay = wholeMs(options.delayMs ?? 0);
    const memo = textOf(options.memo);
    return (await this.#client.call((redis) => redis.storeRelease(lease, token, delay, memo))) === 1;
  }

  async reopen(key: string): Promise<boolean> {
    return (await this.#client.call((redis) => redis.storeReopen(this.#leases + key))) === 1;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function acquireResult(outcome: string | undefined, facts: readonly string[]): AcquireResult {
  const [first = ABSENT, second = ABSENT, third = ABSENT] = facts;
  if (outcome === 'finished') return { outcome, result: valueOf(first) };
  if (outcome === 'busy') return { outcome, owner: first || undefined, retryAfterMs: Number(second) };
  const memo = second === ABSENT ? undefined : valueOf(second);
  return { outcome: 'granted', token: Number(first), memo, nowMs: Number(third) };
}

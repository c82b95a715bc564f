/** One part of an atomic write. */
export type StoreOperation =
  | { type: 'put'; key: string; value: unknown }
  | { type: 'delete'; key: string }
  /** The whole transaction applies only if the key holds exactly this value; undefined = is absent. */
  | { type: 'check'; key: string; value: unknown };

/** What asking for a lease can yield. */
export type AcquireResult =
  | {
      outcome: 'granted';
      /** Fencing token: only grows, and names this grant in every later call. */
      token: number;
      /** What the last `release` left for the next owner. */
      memo: unknown;
      /** The store's clock, milliseconds since 1970. */
      nowMs: number;
    }
  /** Another owner holds a live lease, or the entry waits for its due time. */
  | { outcome: 'busy'; owner: string | undefined; retryAfterMs: number }
  | { outcome: 'finished'; result: unknown };

/** A key and its value. */
export interface StoreEntry<Value = unknown> {
  key: string;
  value: Value;
}

/**
 * Keys and JSON values, and leases in a space of their own. Every call is atomic. Values come back as JSON parses
 * them; two values are the same when their JSON text is.
 */
export interface KeyValueStore {
  get<Value = unknown>(key: string): Promise<Value | undefined>;
  put(key: string, value: unknown): Promise<void>;
  /** Stores the value unless there is one; returns what is stored now. */
  putIfAbsent<Value = unknown>(key: string, value: Value): Promise<{ created: boolean; value: Value }>;
  delete(key: string): Promise<void>;
  /** Replaces `expected` (undefined = absent) by `next` (undefined = delete); false when something else was there. */
  compareAndSet(key: string, expected: unknown, next: unknown): Promise<boolean>;
  /** Entries whose key begins with `prefix`, sorted by key. */
  list<Value = unknown>(prefix: string): Promise<StoreEntry<Value>[]>;
  /** All operations or none; false when a check did not hold. */
  transact(operations: readonly StoreOperation[]): Promise<boolean>;
  /** Lets a key (or finished lease of that name) vanish after a time; false when there is none. */
  expire(key: string, afterMs: number): Promise<boolean>;

  /** Asks for the lease of a key for `leaseMs` by the store's clock. */
  acquire(key: string, owner: string, leaseMs: number): Promise<AcquireResult>;
  /** Extends a held lease; false when the token is no longer the current one or the lease has expired. */
  renew(key: string, token: number, leaseMs: number): Promise<boolean>;
  /**
   * Ends the work for good; later `acquire` calls get `result`, for `retainMs` (for ever when absent). False when the
   * token is stale.
   */
  finish(key: string, token: number, result: unknown, options?: { retainMs?: number }): Promise<boolean>;
  /**
   * Gives a lease back, to be granted again after `delayMs` by the store's clock, with `memo` for the next owner.
   * False when the token is stale.
   */
  release(key: string, token: number, options?: { delayMs?: number; memo?: unknown }): Promise<boolean>;
  /** Forgets a finished entry, so that the work may run again; tokens go on growing. False when not finished. */
  reopen(key: string): Promise<boolean>;
  /** Resolves when the store answers; rejects, retryable, when it is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

import { HeadroomError } from '@headroom/contracts';
import type { EmbeddedDatabase } from '../embedded/database.js';
import type { AcquireResult, KeyValueStore, StoreEntry, StoreOperation } from './key-value.port.js';

interface LeaseRow {
  state: 'free' | 'leased' | 'finished';
  owner: string | null;
  token: number;
  /** Leased: expiry. Free: due time. */
  until: number;
  data: string | null;
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the decode boundary: the caller knows what it stored
function valueOf<Value>(text: string): Value {
  return JSON.parse(text) as Value;
}

/** The key-value port on the embedded database. Its clock is the host's. */
export class EmbeddedStore implements KeyValueStore {
  readonly #database: EmbeddedDatabase;
  readonly #now: () => number;

  constructor(database: EmbeddedDatabase, options: { now?: () => number } = {}) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
  }

  #read(key: string): string | undefined {
    return this.#database.get<{ value: string }>(
      'SELECT value FROM kv WHERE key = ? AND (expires IS NULL OR expires > ?)',
      key,
      this.#now(),
    )?.value;
  }

  #write(key: string, value: unknown): void {
    if (value === undefined) {
      this.#database.run('DELETE FROM kv WHERE key = ?', key);
      return;
    }
    this.#database.run(
      'INSERT INTO kv (key, value, expires) VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET value = excluded.value, expires = NULL',
      key,
      textOf(value),
    );
  }

  #holds(key: string, value: unknown): boolean {
    return this.#read(key) === (value === undefined ? undefined : textOf(value));
  }

  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    const text = this.#read(key);
    return text === undefined ? undefined : valueOf<Value>(text);
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#database.write(() => this.#write(key, value));
  }

  async putIfAbsent<Value = unknown>(key: string, value: Value): Promise<{ created: boolean; value: Value }> {
    return this.#database.write(() => {
      const there = this.#read(key);
      if (there !== undefined) return { created: false, value: valueOf<Value>(there) };
      this.#write(key, value);
      return { created: true, value: valueOf<Value>(textOf(value)) };
    });
  }

  async delete(key: string): Promise<void> {
    await this.#database.write(() => this.#write(key, undefined));
  }

  async compareAndSet(key: string, expected: unknown, next: unknown): Promise<boolean> {
    return this.#database.write(() => {
      if (!this.#holds(key, expected)) return false;
      this.#write(key, next);
      return true;
    });
  }

  async list<Value = unknown>(prefix: string): Promise<StoreEntry<Value>[]> {
    const rows = this.#database.all<{ key: string; value: string }>(
      'SELECT key, value FROM kv WHERE key >= ? AND key < ? AND (expires IS NULL OR expires > ?) ORDER BY key',
      prefix,
      `${prefix}\u{10ffff}`,
      this.#now(),
    );
    return rows.map((row) => ({ key: row.key, value: valueOf<Value>(row.value) }));
  }

  async transact(operations: readonly StoreOperation[]): Promise<boolean> {
    return this.#database.write(() => {
      for (const operation of operations) {
        if (operation.type === 'check' && !this.#holds(operation.key, operation.value)) return false;
      }
      for (const operation of operations) {
        if (operation.type === 'put') this.#write(operation.key, operation.value);
        if (operation.type === 'delete') this.#write(operation.key, undefined);
      }
      return true;
    });
  }

  async expire(key: string, afterMs: number): Promise<boolean> {
    const at = this.#now() + afterMs;
    return this.#database.write(() => {
      const values = this.#database.run('UPDATE kv SET expires = ? WHERE key = ?', at, key);
      const leases = this.#database.run("UPDATE leases SET expires = ? WHERE key = ? AND state = 'finished'", at, key);
      return values + leases > 0;
    });
  }

  #lease(key: string): LeaseRow | undefined {
    const row = this.#database.get<LeaseRow & { expires: number | null }>(
      'SELECT state, owner, token, until, data, expires FROM leases WHERE key = ?',
      key,
    );
    if (!row || row.expires === null || row.expires > this.#now()) return row;
    return { ...row, state: 'free', until: 0, data: null };
  }

  #current(key: string, token: number): boolean {
    const row = this.#lease(key);
    return row?.state === 'leased' && row.token === token;
  }

  async acquire(key: string, owner: string, leaseMs: number): Promise<AcquireResult> {
    return this.#database.write((): AcquireResult => {
      const nowMs = this.#now();
      const row = this.#lease(key);
      if (row?.state === 'finished') return { outcome: 'finished', result: valueOf(row.data ?? 'null') };
      if (row && row.until > nowMs) {
        const busyOwner = row.state === 'leased' ? (row.owner ?? undefined) : undefined;
        return { outcome: 'busy', owner: busyOwner, retryAfterMs: row.until - nowMs };
      }
      const token = (row?.token ?? 0) + 1;
      this.#database.run(
        `INSERT INTO leases (key, state, owner, token, until, data, expires) VALUES (?, 'leased', ?, ?, ?, ?, NULL)
         ON CONFLICT DO UPDATE SET state = 'leased', owner = excluded.owner, token = excluded.token, until = excluded.until, expires = NULL`,
        key,
        owner,
        token,
        nowMs + leaseMs,
        row?.data ?? null,
      );
      return { outcome: 'granted', token, memo: row?.data ? valueOf(row.data) : undefined, nowMs };
    });
  }

  async renew(key: string, token: number, leaseMs: number): Promise<boolean> {
    return this.#database.write(() => {
      const now = this.#now();
      const sql = "UPDATE leases SET until = ? WHERE key = ? AND state = 'leased' AND token = ? AND until > ?";
      return this.#database.run(sql, now + leaseMs, key, token, now) === 1;
    });
  }

  async finish(key: string, token: number, result: unknown, options: { retainMs?: number } = {}): Promise<boolean> {
    return this.#database.write(() => {
      if (!this.#current(key, token)) return false;
      this.#database.run(
        "UPDATE leases SET state = 'finished', owner = NULL, until = 0, data = ?, expires = ? WHERE key = ?",
        textOf(result),
        options.retainMs === undefined ? null : this.#now() + options.retainMs,
        key,
      );
      return true;
    });
  }

  async release(key: string, token: number, options: { delayMs?: number; memo?: unknown } = {}): Promise<boolean> {
    return this.#database.write(() => {
      if (!this.#current(key, token)) return false;
      const due = options.delayMs ? this.#now() + options.delayMs : 0;
      const memo = options.memo === undefined ? null : textOf(options.memo);
      this.#database.run(
        "UPDATE leases SET state = 'free', owner = NULL, until = ?, data = ? WHERE key = ?",
        due,
        memo,
        key,
      );
      return true;
    });
  }

  async reopen(key: string): Promise<boolean> {
    return this.#database.write(() => {
      const sql =
        "UPDATE leases SET state = 'free', until = 0, data = NULL, expires = NULL WHERE key = ? AND state = 'finished'";
      return this.#database.run(sql, key) === 1;
    });
  }

  /**
   * Ends the leases that a dead owner left. Only for a database that has one owner at a time: whoever opens it knows
   * that nobody else works.
   */
  async releaseAll(): Promise<void> {
    await this.#database.write(() =>
      this.#database.run("UPDATE leases SET state = 'free', owner = NULL, until = 0 WHERE state = 'leased'"),
    );
  }

  /** Removes what has expired. */
  async clean(): Promise<void> {
    const now = this.#now();
    await this.#database.write(() => {
      this.#database.run('DELETE FROM kv WHERE expires <= ?', now);
      this.#database.run("DELETE FROM leases WHERE state = 'finished' AND expires <= ?", now);
    });
  }

  async ping(): Promise<void> {
    if (this.#database.isOpen) return;
    throw new HeadroomError('The store is closed', { code: 'HEADROOM_STORE_CLOSED', retryable: true });
  }

  async close(): Promise<void> {
    // The database belongs to whoever opened it: log and store share it.
  }
}

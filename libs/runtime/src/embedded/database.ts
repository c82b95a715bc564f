import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError } from '@headroom/contracts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS topics (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL, cleanup_policy TEXT NOT NULL,
  retention_ms INTEGER NOT NULL, max_message_bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS partitions (
  topic INTEGER NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
  topic INTEGER NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, timestamp INTEGER NOT NULL,
  key BLOB, value BLOB, headers BLOB NOT NULL, PRIMARY KEY (topic, partition, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (
  grp TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (grp, topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (
  key TEXT PRIMARY KEY, state TEXT NOT NULL, owner TEXT, token INTEGER NOT NULL, until INTEGER NOT NULL,
  data TEXT, expires INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
INSERT INTO identity SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM identity);
`;

/** Whether SQLite failed because somebody else is writing. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && /database (?:table )?is locked|database is busy/i.test(error.message);
}

/** How long a write waits for another writer before it gives up. Milliseconds. */
const WRITE_DEADLINE_MS = 10_000;
const BUSY_RETRY_MS = 20;
const OPEN_TIMEOUT_MS = 5_000;

/**
 * The one SQLite database of a data directory. `synchronous = NORMAL` in WAL mode survives the death of the process;
 * a power cut may lose the last transactions.
 */
export class EmbeddedDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #open = true;

  /** @param location a file, or a SQLite URI such as `:memory:` */
  constructor(location: string) {
    this.#database = new DatabaseSync(location, { timeout: OPEN_TIMEOUT_MS });
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF');
    this.#database.exec(SCHEMA);
    // From here on waiting inside SQLite would stop the event loop, so waits happen outside.
    this.#database.exec('PRAGMA busy_timeout = 0');
  }

  get isOpen(): boolean {
    return this.#open;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Made with the database, never changed. */
  identity(): string {
    return this.get<{ id: string }>('SELECT id FROM identity')?.id ?? '';
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  // The caller names the columns, so it names the row.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Rows one by one; a statement of its own, so that a loop may be left early. */
  iterate<Row>(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#database.prepare(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** Runs `work` in one write transaction, at once; throws SQLite's error when another connection is writing. */
  transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * As {@link transaction}, waiting for another writer without stopping the event loop.
   * @throws HeadroomError `HEADROOM_STORE_BUSY`, `HEADROOM_STORE_CLOSED`, both retryable
   */
  async write<Result>(work: () => Result): Promise<Result> {
    const deadline = performance.now() + WRITE_DEADLINE_MS;
    for (;;) {
      if (!this.#open) {
        throw new HeadroomError('The store is closed', { code: 'HEADROOM_STORE_CLOSED', retryable: true });
      }
      try {
        return this.transaction(work);
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > deadline) {
          const message = 'Another process keeps the database locked; end it, or try again';
          throw new HeadroomError(message, { code: 'HEADROOM_STORE_BUSY', retryable: true, cause: error });
        }
      }
      await delay(BUSY_RETRY_MS);
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#statements.clear();
    this.#database.close();
  }
}

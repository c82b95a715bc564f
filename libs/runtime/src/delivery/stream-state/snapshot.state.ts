import { HeadroomError, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '../../blobs/blob.port.js';
import type { LogRecord, OutRecord, PartitionLag, TopicPartition } from '../../log/log.port.js';
import type { LaneEnvironment } from '../lane.environment.js';
import { outRecordOf, storedRecord } from '../stored.record.js';
import type { SnapshotOptions } from '../subscription.js';
import { extendOrder, FoldReplay, type FoldRun } from './fold.order.js';
import type { BatchResult, LaneState, Offsets, Selection } from './lane.state.js';
import { SnapshotFiles } from './snapshot.files.js';
import { PointerRecord, type SnapshotBase, type SnapshotPointer } from './snapshot.pointer.js';

const DEFAULTS = { everyEvents: 10_000, everyMs: 30_000, idleMs: 500 } satisfies Required<SnapshotOptions>;
/** The order is written with each output, so it is kept short by a snapshot. */
const ORDER_RUNS = 512;
/** How long the fold waits for a record that the log may have lost. Milliseconds. */
const PATIENCE_MS = 60_000;

/** What a snapshot state is made from. */
export interface SnapshotParts {
  blobs: BlobStore;
  options: SnapshotOptions;
  /** Called when `unsettled` or `select` may have something new. */
  wake: () => void;
  /** A lane that was stopped claims nothing. */
  signal: AbortSignal;
  /** The transport may already be past what an earlier state has folded and not stored. */
  continued: boolean;
}

/**
 * State in memory. A snapshot holds it with the input offsets; after a restart the log's tail is folded again in the
 * order it was folded before, and what was published is not published again.
 */
export class SnapshotState implements LaneState {
  readonly #environment: LaneEnvironment;
  readonly #partition: number;
  readonly #options: Required<SnapshotOptions>;
  readonly #wake: () => void;
  readonly #signal: AbortSignal;
  readonly #continued: boolean;
  readonly #files: SnapshotFiles;
  readonly #blobs: BlobStore;
  #record: PointerRecord | undefined;
  #pointer: SnapshotPointer | undefined;
  #loaded = false;
  #lag: Promise<PartitionLag[]> | undefined;
  #values = new Map<string, unknown>();
  #changed = new Set<string>();
  /** Folded up to, by topic. */
  #offsets = new Map<string, bigint>();
  /** In the newest snapshot. */
  #covered = new Map<string, bigint>();
  /** Folded since the newest snapshot. */
  #order: FoldRun[] = [];
  #replay: FoldReplay | undefined;
  #pending: OutRecord[] = [];
  #events = 0;
  #snapshotAt = performance.now();
  #idle: NodeJS.Timeout | undefined;
  #isIdle = false;
  #patience: NodeJS.Timeout | undefined;
  /** Blobs of replaced snapshots. */
  #outdated: BlobRef[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #lost = false;
  #closed = false;

  constructor(environment: LaneEnvironment, partition: number, parts: SnapshotParts) {
    this.#environment = environment;
    this.#partition = partition;
    this.#blobs = parts.blobs;
    this.#files = new SnapshotFiles(parts.blobs);
    const given = Object.entries(parts.options).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, ...(Object.fromEntries(given) as SnapshotOptions) };
    this.#wake = parts.wake;
    this.#signal = parts.signal;
    this.#continued = parts.continued;
  }

  get isOpen(): boolean {
    return this.#loaded;
  }

  async open(): Promise<void> {
    if (!this.#loaded) {
      await this.#claim();
      await this.#load();
      this.#loaded = true;
    }
    await this.publish();
  }

  /** Once: a lane that cannot load its snapshot keeps its claim while it tries again. */
  async #claim(): Promise<void> {
    if (this.#pointer) return;
    const { group, store, owner, log } = this.#environment;
    const place = { group, partition: this.#partition, log: await log.identity() };
    this.#record = new PointerRecord(place, { store, blobs: this.#blobs }, owner);
    const { epoch, pointer } = await this.#record.claim(this.#signal);
    const fresh: SnapshotPointer = {
      format: 1,
      log: place.log,
      epoch,
      sequence: 0,
      bases: [{ order: [] }],
      outbox: [],
    };
    this.#pointer = pointer ? { ...pointer, epoch } : fresh;
    if (this.#pointer.log === place.log) return;
    this.#environment.logger.warn(
      { group, partition: this.#partition },
      'the log was made anew: the state is kept, every topic is read from its beginning',
    );
    const bases = this.#pointer.bases.map((base) => ({ ...base, order: [] }));
    this.#pointer = { ...this.#pointer, bases };
  }

  async #load(): Promise<void> {
    const pointer = this.#pointer;
    if (!pointer) return;
    const log = await this.#environment.log.identity();
    const { base, order } = await this.#newestWhole(pointer);
    this.#offsets = pointer.log === log ? this.#offsets : new Map();
    this.#covered = new Map(this.#offsets);
    this.#pointer = { ...pointer, log, bases: base.manifest ? [base, ...this.#olderThan(base, pointer)] : [base] };
    this.#order = order;
    this.#replay = order.length > 0 ? new FoldReplay(order) : undefined;
    this.#pending = pointer.outbox.map(outRecordOf);
  }

  #olderThan(base: SnapshotBase, pointer: SnapshotPointer): SnapshotBase[] {
    return pointer.bases.slice(pointer.bases.findIndex((each) => each.manifest === base.manifest) + 1);
  }

  /** The newest snapshot whose blobs are there and undamaged, and the order of what was folded after it. */
  async #newestWhole(pointer: SnapshotPointer): Promise<{ base: SnapshotBase; order: FoldRun[] }> {
    let failure: unknown;
    for (const [index, { manifest }] of pointer.bases.entries()) {
      const order = pointer.bases
        .slice(0, index + 1)
        .toReversed()
        .flatMap((base) => base.order);
      if (!manifest) return { base: { order }, order };
      try {
        const { values, offsets } = await this.#files.load(manifest);
        this.#values = values;
        this.#offsets = offsets;
        return { base: { manifest, order }, order };
      } catch (error) {
        const code = error instanceof HeadroomError ? error.code : '';
        if (code !== 'HEADROOM_BLOB_MISSING' && code !== 'HEADROOM_BLOB_CORRUPT') throw error;
        failure = error;
        const { group, logger } = this.#environment;
        logger.error({ err: error, group, partition: this.#partition }, 'a snapshot cannot be read');
      }
    }
    throw this.#unreadable(pointer, failure);
  }

  #unreadable(pointer: SnapshotPointer, cause: unknown): HeadroomError {
    const { key, folder } = this.#record?.where ?? { key: '', folder: '' };
    const names = pointer.bases.flatMap((base) => base.manifest?.sha256 ?? []).join(' and ');
    const message =
      `No snapshot of ${this.#environment.group}, partition ${this.#partition}, can be read (${names}); restore the blob store` +
      ` from its backup, the work goes on by itself then. To give the history up, stop the stage and delete the key ${key}` +
      ` and the folder named/${folder}: the state is then made anew from what the log still holds`;
    return new HeadroomError(message, { code: 'HEADROOM_SNAPSHOT_UNREADABLE', retryable: true, cause });
  }

  async startOf(tp: TopicPartition): Promise<{ next: bigint; seek: boolean } | undefined> {
    const { group, log, logger } = this.#environment;
    this.#lag ??= log.lag(group);
    const lags = await this.#lag.catch((error: unknown) => {
      this.#lag = undefined;
      throw error;
    });
    const place = lags.find((each) => each.topic === tp.topic && each.partition === tp.partition);
    const known = this.#offsets.get(tp.topic);
    if (known !== undefined && known <= (place?.end ?? known)) return { next: known, seek: true };
    if (known === undefined && !place?.committed) return this.#continued ? { next: 0n, seek: true } : undefined;
    const message =
      known === undefined
        ? 'no snapshot knows this topic: it is read from its beginning'
        : 'the topic ends before the snapshot: it is read from its beginning';
    logger.warn({ group, ...tp, known: String(known), end: String(place?.end) }, message);
    this.#offsets.delete(tp.topic);
    this.#replay?.abandon();
    return { next: 0n, seek: true };
  }

  select(buffer: readonly LogRecord[], limit: number): Selection {
    const replay = this.#replaying();
    if (!replay) return { records: buffer.slice(0, limit), mode: 'fold' };
    const selection = replay.select(buffer, limit);
    if (selection.records.length > 0 || buffer.length === 0) this.#endPatience();
    else this.#patience ??= setTimeout(() => this.#abandonOrder(), PATIENCE_MS).unref();
    return replay.done ? { records: buffer.slice(0, limit), mode: 'fold' } : selection;
  }

  #replaying(): FoldReplay | undefined {
    return this.#replay && !this.#replay.done ? this.#replay : undefined;
  }

  #endPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #abandonOrder(): void {
    const topic = this.#replaying()?.topic;
    const { group, logger } = this.#environment;
    logger.warn(
      { group, partition: this.#partition, topic },
      'the log no longer holds records that were folded before',
    );
    this.#replay?.abandon();
    this.#wake();
  }

  awaits(topic: string): boolean {
    return this.#replaying()?.topic === topic;
  }

  async read(key: string): Promise<unknown> {
    return this.#values.get(key);
  }

  /** The same value: copies of large values at each event are what snapshots are there to save. */
  copy(value: unknown): unknown {
    return value;
  }

  commit(result: BatchResult): Promise<boolean> {
    return this.#inTurn(() => this.#commit(result));
  }

  async #commit({ inputs, writes, outputs }: BatchResult): Promise<boolean> {
    if (this.#lost) return false;
    const replay = this.#replaying();
    if (replay) {
      for (const { record } of inputs) replay.folded(record);
      // What the fold makes again was published, or is in the outbox. A dead letter is new: the fold went well before.
      if (inputs.every((input) => input.dead)) this.#pending.push(...outputs);
    } else {
      const order = this.#order.map((run) => ({ ...run }));
      for (const { record, dead } of inputs) extendOrder(order, record, dead);
      if (outputs.length > 0 && !(await this.#announce(order, outputs))) return false;
      this.#order = order;
    }
    this.#apply(
      inputs.map((input) => input.record),
      writes,
    );
    return true;
  }

  /** Outputs are stored before they are published, by the lane whose claim holds: the next lane sends the same bytes. */
  async #announce(order: FoldRun[], outputs: readonly OutRecord[]): Promise<boolean> {
    const pointer = this.#pointer;
    if (!pointer) return false;
    const [newest, ...older] = pointer.bases;
    const bases = [{ ...newest, order }, ...older];
    if (!(await this.#write({ ...pointer, bases, outbox: outputs.map(storedRecord) }))) return false;
    this.#pending = [...outputs];
    return true;
  }

  async #write(pointer: SnapshotPointer): Promise<boolean> {
    if (!(await this.#record?.write(pointer))) {
      this.#lost = true;
      return false;
    }
    this.#pointer = pointer;
    return true;
  }

  #apply(records: readonly LogRecord[], writes: ReadonlyMap<string, unknown>): void {
    for (const [key, value] of writes) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
      this.#changed.add(key);
    }
    for (const { topic, offset } of records) this.#offsets.set(topic, offset + 1n);
    this.#events += records.length;
    this.#isIdle = false;
    if (this.#closed) return;
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#becomeIdle(), this.#options.idleMs).unref();
  }

  #becomeIdle(): void {
    if (this.#events === 0) return;
    this.#isIdle = true;
    this.#wake();
  }

  async publish(): Promise<void> {
    if (this.#pending.length === 0) return;
    await this.#environment.log.append(this.#pending);
    this.#pending = [];
  }

  get unsettled(): boolean {
    return !this.#loaded || this.#pending.length > 0 || this.#isDue();
  }

  #isDue(): boolean {
    if (this.#events === 0 || this.#lost || this.#replaying()) return false;
    if (this.#isIdle || this.#events >= this.#options.everyEvents || this.#order.length >= ORDER_RUNS) return true;
    return performance.now() - this.#snapshotAt >= this.#options.everyMs;
  }

  settle(now = false): Promise<Offsets | 'superseded'> {
    return this.#inTurn(async () => {
      const wanted = now ? this.#events > 0 && !this.#replaying() : this.#isDue();
      if (!this.#loaded || this.#lost || !wanted) return this.#covered;
      return (await this.#snapshot()) ? this.#covered : 'superseded';
    });
  }

  /** One thing at a time: a drain that ran out of time meets a lane that still works. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #snapshot(): Promise<boolean> {
    const pointer = this.#pointer;
    if (!pointer) return false;
    const { group } = this.#environment;
    const { log, epoch } = pointer;
    const sequence = pointer.sequence + 1;
    const name = { group, partition: this.#partition, log, epoch, sequence };
    const manifest = await this.#files.write(name, this.#values, this.#changed, this.#offsets);
    const before = pointer.bases[0];
    const bases: SnapshotBase[] = [{ manifest, order: [] }];
    if (before?.manifest) bases.push({ manifest: before.manifest, order: this.#order });
    const outbox = this.#pending.map(storedRecord);
    const next: SnapshotPointer = { format: 1, log, epoch, sequence, bases, outbox };
    if (!(await this.#write(next))) return false;
    this.#changed = new Set();
    this.#order = [];
    this.#outdated.push(...pointer.bases.slice(1).flatMap((base) => base.manifest ?? []));
    await this.#record?.writeFile(next);
    this.#covered = new Map(this.#offsets);
    this.#events = 0;
    this.#isIdle = false;
    this.#snapshotAt = performance.now();
    await this.#removeOutdated();
    return true;
  }

  async #removeOutdated(): Promise<void> {
    const kept = this.#pointer?.bases.flatMap((base) => base.manifest ?? []) ?? [];
    for (const ref of this.#outdated.splice(0)) {
      try {
        await this.#files.remove(ref, kept);
      } catch (error) {
        // Left behind, the blobs cost space only.
        const { group, logger } = this.#environment;
        logger.warn({ err: error, group, sha256: ref.sha256 }, 'an outdated snapshot could not be removed');
      }
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#idle);
    this.#endPatience();
  }
}

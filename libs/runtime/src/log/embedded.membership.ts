import type { GroupListener, GroupSpec, LogRecord, Membership, TopicPartition } from './log.port.js';

/** What a membership needs of its log. Offsets are safe integers here. */
export interface MembershipSource {
  partitions(topic: string): number;
  end(tp: TopicPartition): number;
  fetch(tp: TopicPartition, from: number, limit: number): LogRecord[];
  committed(tp: TopicPartition): number | undefined;
  commit(tp: TopicPartition, next: number): Promise<void>;
  left(): void;
}

interface Flow {
  tp: TopicPartition;
  next: number;
  paused: boolean;
}

const FETCH_RECORDS = 500;
const ROUND_RECORDS = 2_000;

function nameOf(tp: TopicPartition): string {
  return `${tp.topic}/${tp.partition}`;
}

/** The only member of a group on the embedded log: owns every partition. */
export class EmbeddedMembership implements Membership {
  readonly topics: readonly string[];
  readonly #on: GroupListener;
  readonly #source: MembershipSource;
  readonly #flows = new Map<string, Flow>();
  #pump: NodeJS.Immediate | undefined;
  #starting: NodeJS.Immediate | undefined;
  #left = false;

  constructor(spec: GroupSpec, on: GroupListener, source: MembershipSource) {
    this.topics = spec.topics;
    this.#on = on;
    this.#source = source;
  }

  /** Assigns everything once the caller of `join` has its membership. */
  start(): void {
    this.#starting = setImmediate(() => this.topicsChanged());
  }

  /** Takes over partitions that were added; they flow from their beginning. */
  topicsChanged(): void {
    if (this.#left) return;
    const added: TopicPartition[] = [];
    for (const topic of this.topics) {
      for (let partition = 0; partition < this.#source.partitions(topic); partition += 1) {
        const tp = { topic, partition };
        if (this.#flows.has(nameOf(tp))) continue;
        this.#flows.set(nameOf(tp), { tp, next: this.#source.committed(tp) ?? 0, paused: false });
        added.push(tp);
      }
    }
    if (added.length === 0) return;
    this.#on.assigned(added);
    this.wake();
  }

  /** Looks for records soon; called after each append. */
  wake(): void {
    if (this.#left) return;
    this.#pump ??= setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#pump = undefined;
    let delivered = 0;
    for (const [name, flow] of Array.from(this.#flows)) {
      if (this.#left) return;
      // Long rounds would keep everything else waiting; the next one begins with who had no turn.
      if (delivered >= ROUND_RECORDS) break;
      if (flow.paused || flow.next >= this.#source.end(flow.tp)) continue;
      const batch = this.#source.fetch(flow.tp, flow.next, FETCH_RECORDS);
      const last = batch.at(-1);
      // Nothing left up to the end: retention or compaction removed it.
      flow.next = last ? Number(last.offset) + 1 : this.#source.end(flow.tp);
      if (batch.length === 0) continue;
      delivered += batch.length;
      this.#flows.delete(name);
      this.#flows.set(name, flow);
      this.#on.records(flow.tp, batch);
    }
    if (delivered > 0) this.wake();
  }

  pause(tp: TopicPartition): void {
    const flow = this.#flows.get(nameOf(tp));
    if (flow) flow.paused = true;
  }

  resume(tp: TopicPartition, from: bigint): void {
    const flow = this.#flows.get(nameOf(tp));
    if (!flow) return;
    flow.next = Number(from);
    flow.paused = false;
    this.wake();
  }

  async commit(tp: TopicPartition, next: bigint): Promise<'committed' | 'lost'> {
    if (this.#left || !this.#flows.has(nameOf(tp))) return 'lost';
    await this.#source.commit(tp, Number(next));
    return 'committed';
  }

  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    clearImmediate(this.#starting);
    clearImmediate(this.#pump);
    this.#source.left();
  }
}

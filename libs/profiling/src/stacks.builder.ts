import { StackTable } from './stack.table.js';
import type { LineWeight, StackFrame, StackList, Stacks, StacksSummary } from './stacks.js';

/** Facts about a whole profile that the builder cannot derive from its stacks. */
export interface StackTotals {
  readonly durationUs: number;
  readonly idleUs: number;
  readonly unlocatedUs: number;
  readonly unmappedUs: number;
  readonly unmappedFiles: readonly string[];
  readonly problems: readonly string[];
}

/** Collects stacks, in any order, into the one order that equal input always yields. */
export class StacksBuilder {
  readonly #frames = new Map<string, { frame: StackFrame; index: number }>();
  readonly #stacks = new StackTable();
  readonly #lines = new Map<string, { id: string; line: number; weight: number }>();

  /** Adds time to a stack, root first. A function seen both with and without its source counts as unresolved. */
  stack(frames: readonly StackFrame[], weight: number, samples: number): void {
    this.#stacks.add(
      frames.map((frame) => this.#indexOf(frame)),
      weight,
      samples,
    );
  }

  #indexOf(frame: StackFrame): number {
    const known = this.#frames.get(frame.id);
    if (!known) {
      const index = this.#frames.size;
      this.#frames.set(frame.id, { frame, index });
      return index;
    }
    if (known.frame.resolved && !frame.resolved) known.frame = { ...known.frame, resolved: false };
    return known.index;
  }

  /** Adds time to a line of a frame that is in a stack. */
  line(id: string, line: number, weight: number): void {
    const key = `${line}\n${id}`;
    const entry = this.#lines.get(key);
    if (entry) entry.weight += weight;
    else this.#lines.set(key, { id, line, weight });
  }

  /** What was collected; nothing can be added afterwards. */
  build(totals: StackTotals): Stacks {
    const ordered = [...this.#frames.values()].sort((a, b) => (a.frame.id < b.frame.id ? -1 : 1));
    const frames = ordered.map(({ frame }) => frame);
    const indexes = new Map(frames.map((frame, index) => [frame.id, index]));
    const places = new Uint32Array(ordered.length);
    for (const [place, { index }] of ordered.entries()) places[index] = place;
    const stacks = this.#stacks.ordered(places);
    return {
      format: 'headroom.stacks.v1',
      unit: 'microseconds',
      frames,
      stacks,
      lines: this.#orderedLines(indexes),
      samples: samplesOf(stacks),
      durationUs: totals.durationUs,
      idleUs: totals.idleUs,
      summary: summaryOf(frames, stacks, totals),
    };
  }

  #orderedLines(indexes: ReadonlyMap<string, number>): LineWeight[] {
    return [...this.#lines.values()]
      .map(({ id, line, weight }) => ({ frame: indexes.get(id)!, line, weight: Math.round(weight * 1000) / 1000 }))
      .sort((a, b) => a.frame - b.frame || a.line - b.line);
  }
}

function samplesOf(stacks: StackList): number {
  let sum = 0;
  for (const { samples } of stacks) sum += samples;
  return sum;
}

function summaryOf(frames: readonly StackFrame[], stacks: StackList, totals: StackTotals): StacksSummary {
  const self = { 'first-party': 0, 'third-party': 0, runtime: 0 };
  let unresolvedUs = 0;
  for (const stack of stacks) {
    const leaf = frames[stack.frames.at(-1)!]!;
    self[leaf.origin] += stack.weight;
    if (!leaf.resolved) unresolvedUs += stack.weight;
  }
  const own = frames.filter((frame) => frame.origin === 'first-party');
  return {
    firstPartyUs: self['first-party'],
    thirdPartyUs: self['third-party'],
    runtimeUs: self.runtime,
    resolvedFrames: own.filter((frame) => frame.resolved).length,
    unresolvedFrames: own.filter((frame) => !frame.resolved).length,
    unresolvedUs,
    unlocatedUs: totals.unlocatedUs,
    unmappedUs: totals.unmappedUs,
    unmappedFiles: totals.unmappedFiles,
    problems: totals.problems,
  };
}

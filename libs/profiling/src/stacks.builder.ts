import type { LineWeight, StackFrame, Stacks, StacksSummary, WeightedStack } from './stacks.js';

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
  readonly #stacks = new Map<string, { indexes: Uint32Array; weight: number; samples: number }>();
  readonly #lines = new Map<string, { id: string; line: number; weight: number }>();

  /** Adds time to a stack, root first. A function seen both with and without its source counts as unresolved. */
  stack(frames: readonly StackFrame[], weight: number, samples: number): void {
    const indexes = Uint32Array.from(frames, (frame) => this.#indexOf(frame));
    // Two code units a frame: names would take a hundred times the memory in a profile of many stacks.
    const key = String.fromCharCode(...new Uint16Array(indexes.buffer));
    const entry = this.#stacks.get(key);
    if (!entry) {
      this.#stacks.set(key, { indexes, weight, samples });
      return;
    }
    entry.weight += weight;
    entry.samples += samples;
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

  build(totals: StackTotals): Stacks {
    const ordered = [...this.#frames.values()].sort((a, b) => (a.frame.id < b.frame.id ? -1 : 1));
    const frames = ordered.map(({ frame }) => frame);
    const indexes = new Map(frames.map((frame, index) => [frame.id, index]));
    const places = new Uint32Array(ordered.length);
    for (const [place, { index }] of ordered.entries()) places[index] = place;
    const stacks = this.#orderedStacks(places);
    return {
      format: 'headroom.stacks.v1',
      unit: 'microseconds',
      frames,
      stacks,
      lines: this.#orderedLines(indexes),
      samples: stacks.reduce((sum, stack) => sum + stack.samples, 0),
      durationUs: totals.durationUs,
      idleUs: totals.idleUs,
      summary: summaryOf(frames, stacks, totals),
    };
  }

  #orderedStacks(places: Uint32Array): WeightedStack[] {
    return [...this.#stacks.values()]
      .map(({ indexes, weight, samples }) => ({
        frames: Array.from(indexes, (index) => places[index]!),
        weight,
        samples,
      }))
      .sort((a, b) => compareFrames(a.frames, b.frames));
  }

  #orderedLines(indexes: ReadonlyMap<string, number>): LineWeight[] {
    return [...this.#lines.values()]
      .map(({ id, line, weight }) => ({ frame: indexes.get(id)!, line, weight: Math.round(weight * 1000) / 1000 }))
      .sort((a, b) => a.frame - b.frame || a.line - b.line);
  }
}

function compareFrames(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  }
  return a.length - b.length;
}

function summaryOf(
  frames: readonly StackFrame[],
  stacks: readonly WeightedStack[],
  totals: StackTotals,
): StacksSummary {
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

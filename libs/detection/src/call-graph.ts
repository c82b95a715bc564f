import { splitSeries } from './change-point.js';
import type { MeasuredDeployment } from './series.js';

/** A caller–callee pair whose cost is compared before and after a change point. */
interface EdgeGrowth {
  caller: string;
  callee: string;
  /** Cost of the callee under this caller per replicate, in the metric. */
  values: number[];
  before: number;
  /** After − before. */
  delta: number;
}

/** A frame that grew more than this many times what a frame above it grew by, in proportion, has a reason of its own. */
const MOST_UNLIKE = 3;

/** How the cost on every call edge changed at one change point. */
export class GrowthGraph {
  readonly #callees = new Map<string, EdgeGrowth[]>();
  readonly #callers = new Map<string, EdgeGrowth[]>();
  readonly #runtime = new Set<string>();
  readonly #index: number;
  readonly #sampleCost: number;

  /**
   * @param replicates the replicates of the series from its baseline on
   * @param index first replicate of the new level
   */
  constructor(replicates: readonly MeasuredDeployment[], index: number) {
    this.#index = index;
    this.#sampleCost =
      replicates.reduce((sum, replicate) => sum + replicate.sampleCost, 0) / Math.max(1, replicates.length);
    const edges = new Map<string, Map<string, EdgeGrowth>>();
    for (const [position, { observation, divisor }] of replicates.entries()) {
      for (const [id, origin] of observation.functions) if (origin === 'runtime') this.#runtime.add(id);
      for (const [caller, callee, ns] of observation.edges) {
        if (caller === callee) continue;
        const from = edges.get(caller) ?? new Map<string, EdgeGrowth>();
        const edge = from.get(callee) ?? { caller, callee, values: zeros(replicates.length), before: 0, delta: 0 };
        edge.values[position] = ns / divisor;
        from.set(callee, edge);
        edges.set(caller, from);
      }
    }
    for (const edge of [...edges.values()].flatMap((from) => [...from.values()])) this.#add(edge);
  }

  #add(edge: EdgeGrowth): void {
    const { before, delta } = splitSeries(edge.values, this.#index, 0);
    Object.assign(edge, { before, delta });
    const append = (map: Map<string, EdgeGrowth[]>, key: string) => {
      const list = map.get(key);
      if (list) list.push(edge);
      else map.set(key, [edge]);
    };
    append(this.#callees, edge.caller);
    append(this.#callers, edge.callee);
  }

  /** Whether any call edge was supplied. */
  get empty(): boolean {
    return this.#callers.size === 0;
  }

  calleesOf(id: string): readonly EdgeGrowth[] {
    return this.#callees.get(id) ?? [];
  }

  callersOf(id: string): readonly EdgeGrowth[] {
    return this.#callers.get(id) ?? [];
  }

  /** The fewest callers, largest growth first, that bring the given part of the callee's growth. */
  grownCallers(id: string, part: number): EdgeGrowth[] {
    const grown = this.callersOf(id)
      .filter((edge) => edge.delta > 0)
      .sort((left, right) => right.delta - left.delta || (left.caller < right.caller ? -1 : 1));
    const total = grown.reduce((sum, edge) => sum + edge.delta, 0);
    const chosen: EdgeGrowth[] = [];
    let covered = 0;
    for (const edge of grown) {
      if (covered >= part * total) break;
      chosen.push(edge);
      covered += edge.delta;
    }
    return chosen;
  }

  /** Whether a function was never seen below any caller before the change point. */
  isNew(id: string): boolean {
    const callers = this.callersOf(id);
    return callers.length > 0 && callers.every((edge) => edge.before === 0);
  }

  /**
   * Whether a frame's growth can be what another frame above it grew by: being called more often makes everything below
   * dearer in proportion. A frame that grew far more than the one above it grew for a reason of its own, whoever else
   * calls the one above.
   */
  grewAlike(id: string, above: string): boolean {
    if (id === above) return true;
    const [own, outer] = [this.#growthOf(id), this.#growthOf(above)];
    // All of it came with the frame above, which is new.
    if (outer.before <= 0) return true;
    if (own.growth <= 0) return false;
    // The upper end of what few samples before the change point can have meant (Poisson, 3 standard errors).
    const perReplicate = this.#sampleCost / Math.max(1, this.#index);
    const before = own.before + 3 * Math.sqrt(own.before * perReplicate) + 3 * perReplicate;
    return own.growth / before <= MOST_UNLIKE * (outer.growth / outer.before);
  }

  #growthOf(id: string): { before: number; growth: number } {
    const callers = this.callersOf(id);
    return {
      before: callers.reduce((sum, edge) => sum + edge.before, 0),
      growth: callers.reduce((sum, edge) => sum + edge.delta, 0),
    };
  }

  /**
   * Whether a function serves callers for whom its cost did not change, so that the function itself cannot be what
   * became slower. Had it become slower, the cost under its other callers would have grown in proportion; it is shared
   * when they lack more than half of that growth, more than three standard errors of what was measured of them, and more
   * than two of what was expected.
   * The runtime is no such caller: where it resumes a function after an `await`, the rest of the same call goes on.
   */
  isShared(id: string, part: number): boolean {
    const callers = this.callersOf(id);
    const { before, growth } = this.#growthOf(id);
    if (before <= 0 || growth <= 0) return false;
    const grown = new Set(this.grownCallers(id, part));
    const others = callers.filter((edge) => !grown.has(edge) && !this.#runtime.has(edge.caller));
    const othersBefore = others.reduce((sum, edge) => sum + edge.before, 0);
    if (othersBefore <= 0) return false;

    const length = others[0]?.values.length ?? 0;
    const values = Array.from({ length }, (_, position) =>
      others.reduce((sum, edge) => sum + (edge.values[position] ?? 0), 0),
    );
    const split = splitSeries(values, this.#index, Math.sqrt(othersBefore * this.#sampleCost));
    const error = split.sd * Math.sqrt(1 / this.#index + 1 / (length - this.#index));
    const expected = othersBefore * (growth / before);
    // How much was expected rests on what was seen before: with a handful of samples nothing can be told.
    const doubt = 2 * expected * Math.hypot(this.#relativeError(othersBefore), this.#relativeError(before));
    return expected - split.delta > Math.max(expected / 2, 3 * error, doubt);
  }

  /** Relative standard error of a cost before the change point, from the number of its samples (Poisson). */
  #relativeError(before: number): number {
    return Math.sqrt(this.#sampleCost / (before * this.#index));
  }

  /**
   * Follows growth from a function down its call edges. What a frame received is passed on in proportion to the growth
   * of its outgoing edges, as call-graph profilers do with time (Graham, Kessler, McKusick: "gprof: a call graph
   * execution profiler", 1982). Frames in `stops` keep what they receive.
   *
   * @returns growth that arrives at each frame, callers before callees; the first entry is the function itself
   */
  flowDown(id: string, growth: number, stops: ReadonlySet<string> = new Set()): Map<string, number> {
    const flow = new Map(
      this.#order(id, (node) => this.#grown(this.calleesOf(node), 'callee')).map((node) => [node, 0]),
    );
    flow.set(id, growth);
    const done = new Set<string>();
    for (const node of flow.keys()) {
      done.add(node);
      const received = flow.get(node) ?? 0;
      if (received <= 0 || (stops.has(node) && node !== id)) continue;
      const arriving = this.callersOf(node).reduce((sum, edge) => sum + Math.max(0, edge.delta), 0);
      const part = node === id ? 1 : Math.min(1, received / Math.max(arriving, received));
      for (const edge of this.calleesOf(node)) {
        if (edge.delta <= 0 || done.has(edge.callee)) continue;
        flow.set(edge.callee, (flow.get(edge.callee) ?? 0) + edge.delta * part);
      }
    }
    return flow;
  }

  /** Follows growth from a function up to its callers, each taking its part; the first entry is the function itself. */
  flowUp(id: string, growth: number, stops: ReadonlySet<string> = new Set()): Map<string, number> {
    const flow = new Map(
      this.#order(id, (node) => this.#grown(this.callersOf(node), 'caller')).map((node) => [node, 0]),
    );
    flow.set(id, growth);
    const done = new Set<string>();
    for (const [node, received] of flow) {
      done.add(node);
      if (stops.has(node) && node !== id) continue;
      const grown = this.callersOf(node).filter((edge) => edge.delta > 0 && !done.has(edge.caller));
      const arriving = grown.reduce((sum, edge) => sum + edge.delta, 0);
      for (const edge of grown) {
        flow.set(edge.caller, Math.min(growth, (flow.get(edge.caller) ?? 0) + (received * edge.delta) / arriving));
      }
    }
    return flow;
  }

  /** Frames reachable over grown edges, each before those it leads to; edges that close a cycle do not count. */
  #order(id: string, nextOf: (node: string) => string[]): string[] {
    const finished: string[] = [];
    const seen = new Set([id]);
    const stack = [{ node: id, targets: nextOf(id), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = top.targets[top.next];
      top.next += 1;
      if (target === undefined) {
        finished.push(top.node);
        stack.pop();
      } else if (!seen.has(target)) {
        seen.add(target);
        stack.push({ node: target, targets: nextOf(target), next: 0 });
      }
    }
    return finished.reverse();
  }

  #grown(edges: readonly EdgeGrowth[], end: 'caller' | 'callee'): string[] {
    return edges.filter((edge) => edge.delta > 0).map((edge) => edge[end]);
  }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

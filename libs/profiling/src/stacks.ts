/** Whose code a frame is: the repository's, a package's (or of a file that the path map does not cover), or the engine's. */
export type FrameOrigin = 'first-party' | 'third-party' | 'runtime';

/** One function of a set of stacks. */
export interface StackFrame {
  /**
   * `repository-relative/path.ts:qualified.name` for first-party code, `node_modules/<package>/…:name` for a package's,
   * `node:module:name` or the engine's own name (`(garbage collector)`, `RegExp: …`) for the runtime.
   */
  readonly id: string;
  readonly origin: FrameOrigin;
  /** npm name of the package, for third-party code below a `node_modules` folder. */
  readonly package?: string;
  /** False where a first-party name is the engine's, because the source could not be read. Always true for other origins. */
  readonly resolved: boolean;
}

/** One distinct stack. */
export interface WeightedStack {
  /** Indexes into {@link Stacks.frames}, root first. */
  readonly frames: readonly number[];
  /** Time in this stack, microseconds. */
  readonly weight: number;
  readonly samples: number;
}

/** Stacks to be gone through; an array is one. */
export interface StackList extends Iterable<WeightedStack> {
  readonly length: number;
}

/** Time in one line of a first-party function itself. */
export interface LineWeight {
  /** Index into {@link Stacks.frames}. */
  readonly frame: number;
  /** 1-based line in the repository's source, after source maps. */
  readonly line: number;
  /** Microseconds; an estimate that shares a function's time among its lines by their sample counts. */
  readonly weight: number;
}

/** How well a profile could be read. Figures are sums over the merged profiles; times are self time in microseconds. */
export interface StacksSummary {
  readonly firstPartyUs: number;
  readonly thirdPartyUs: number;
  readonly runtimeUs: number;
  /** First-party frames with a name from the source. */
  readonly resolvedFrames: number;
  /** First-party frames that carry the engine's name. */
  readonly unresolvedFrames: number;
  /** Self time of unresolved first-party frames. */
  readonly unresolvedUs: number;
  /** First-party self time that no line could be named for. */
  readonly unlocatedUs: number;
  /** Self time in files that neither the path map nor a `node_modules` folder covers. */
  readonly unmappedUs: number;
  /** Some of those files (at most 10), to be shown when the path map is wrong. */
  readonly unmappedFiles: readonly string[];
  /** What else went wrong while reading, such as a broken source map; a sentence each (at most 20). */
  readonly problems: readonly string[];
}

/** Weighted stacks with qualified names. JSON; frames, stacks and lines in a fixed order; each frame and each stack once. */
export interface Stacks {
  readonly format: 'headroom.stacks.v1';
  readonly unit: 'microseconds';
  /** Ordered by id. */
  readonly frames: readonly StackFrame[];
  /** Ordered by their frames. */
  readonly stacks: StackList;
  /** Ordered by frame and line. */
  readonly lines: readonly LineWeight[];
  /** Samples in the stacks: all but the idle ones. */
  readonly samples: number;
  /** Observed time with idle time, microseconds; summed over merged profiles. */
  readonly durationUs: number;
  readonly idleUs: number;
  readonly summary: StacksSummary;
}

/** Most files that {@link StacksSummary.unmappedFiles} names. */
export const MAX_UNMAPPED_FILES = 10;
/** Most sentences in {@link StacksSummary.problems}. */
export const MAX_PROBLEMS = 20;

/** Non-idle time of a set of stacks, microseconds. */
export function busyUs(stacks: Stacks): number {
  let sum = 0;
  for (const stack of stacks.stacks) sum += stack.weight;
  return sum;
}

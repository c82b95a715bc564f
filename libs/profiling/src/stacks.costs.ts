import { HeadroomError } from '@headroom/contracts';
import { busyUs, type FrameOrigin, type StackFrame, type Stacks } from './stacks.js';

/** What a process did while it was profiled. */
export interface ProcessWork {
  /** CPU time of the process, user and system, seconds; at least 0. */
  readonly cpuSeconds: number;
  /** Units of work done: requests, jobs, items; more than 0. */
  readonly units: number;
}

/** Cost of one function. Costs are CPU-seconds per unit of work. */
export interface FunctionCost {
  /** {@link StackFrame.id}. */
  readonly id: string;
  readonly origin: FrameOrigin;
  readonly package?: string;
  /** Cost of the function's own code. */
  readonly self: number;
  /** Cost of the function and all that it calls; recursion counts a stack once. */
  readonly total: number;
  /** Share of non-idle time, 0 to 1, whose innermost frame is the function. */
  readonly selfShare: number;
  /** Share of non-idle time, 0 to 1, whose stack contains the function (the gCPU of FBDetect, SOSP 2024). */
  readonly totalShare: number;
  readonly selfSamples: number;
  readonly totalSamples: number;
}

/** Cost that flows through one call edge: of all stacks in which `caller` is directly above `callee`, each counted once. */
export interface EdgeCost {
  readonly caller: string;
  readonly callee: string;
  /** CPU-seconds per unit of work. */
  readonly cost: number;
  /** Share of non-idle time, 0 to 1. */
  readonly share: number;
  readonly samples: number;
}

/** Own cost of one line of a first-party function. */
export interface LineCost {
  readonly id: string;
  /** 1-based line of the repository's source. */
  readonly line: number;
  /** CPU-seconds per unit of work. */
  readonly cost: number;
  /** Share of non-idle time, 0 to 1. */
  readonly share: number;
}

/** All costs of one process or of a set of merged profiles: what a before and an after are compared by. */
export interface CostAggregate extends ProcessWork {
  /** Non-idle time, microseconds. */
  readonly busyUs: number;
  readonly samples: number;
  readonly functions: readonly FunctionCost[];
  readonly edges: readonly EdgeCost[];
  readonly lines: readonly LineCost[];
}

/** Turns weights into shares and costs. Shares of an all-idle profile are 0. */
interface Scale {
  share(weight: number): number;
  cost(weight: number): number;
}

function scaleOf(stacks: Stacks, work: ProcessWork): Scale {
  if (!Number.isFinite(work.cpuSeconds) || work.cpuSeconds < 0) refuse('cpuSeconds', work.cpuSeconds, 'at least 0');
  if (!Number.isFinite(work.units) || work.units <= 0) refuse('units', work.units, 'more than 0');
  const busy = busyUs(stacks);
  const share = (weight: number): number => (busy > 0 ? weight / busy : 0);
  return { share, cost: (weight) => (share(weight) * work.cpuSeconds) / work.units };
}

function refuse(field: string, value: number, wanted: string): never {
  throw new HeadroomError(
    `A cost per unit of work needs ${field} to be a finite number, ${wanted}; found ${value}. Measure it over the same time as the profile.`,
    { code: 'HEADROOM_WORK_INVALID', details: { field, value } },
  );
}

interface Sum {
  self: number;
  total: number;
  selfSamples: number;
  totalSamples: number;
}

/**
 * Cost of every function per unit of work: its share of non-idle time × process CPU ÷ units. Ordered by total cost, then by id.
 * A share alone (CPU not known) is what `{ cpuSeconds: 1, units: 1 }` gives. Throws `HEADROOM_WORK_INVALID`.
 */
export function functionCosts(stacks: Stacks, work: ProcessWork): FunctionCost[] {
  const scale = scaleOf(stacks, work);
  const sums: Sum[] = stacks.frames.map(() => ({ self: 0, total: 0, selfSamples: 0, totalSamples: 0 }));
  for (const { frames, weight, samples } of stacks.stacks) {
    for (const frame of new Set(frames)) {
      sums[frame]!.total += weight;
      sums[frame]!.totalSamples += samples;
    }
    const leaf = sums[frames.at(-1)!]!;
    leaf.self += weight;
    leaf.selfSamples += samples;
  }
  return stacks.frames.map((frame, index) => costOf(frame, sums[index]!, scale)).sort(byTotal);
}

function costOf(frame: StackFrame, sum: Sum, scale: Scale): FunctionCost {
  return {
    id: frame.id,
    origin: frame.origin,
    ...(frame.package === undefined ? {} : { package: frame.package }),
    self: scale.cost(sum.self),
    total: scale.cost(sum.total),
    selfShare: scale.share(sum.self),
    totalShare: scale.share(sum.total),
    selfSamples: sum.selfSamples,
    totalSamples: sum.totalSamples,
  };
}

function byTotal(a: FunctionCost, b: FunctionCost): number {
  return b.total - a.total || compare(a.id, b.id);
}

/** Cost of every call edge per unit of work, ordered by cost. Throws `HEADROOM_WORK_INVALID`. */
export function edgeCosts(stacks: Stacks, work: ProcessWork): EdgeCost[] {
  const scale = scaleOf(stacks, work);
  const sums = new Map<string, { caller: number; callee: number; weight: number; samples: number }>();
  for (const { frames, weight, samples } of stacks.stacks) {
    const seen = new Set<string>();
    for (let index = 1; index < frames.length; index++) {
      const [caller, callee] = [frames[index - 1]!, frames[index]!];
      const key = `${caller}>${callee}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const sum = sums.get(key) ?? { caller, callee, weight: 0, samples: 0 };
      sum.weight += weight;
      sum.samples += samples;
      sums.set(key, sum);
    }
  }
  const idOf = (frame: number): string => stacks.frames[frame]!.id;
  return [...sums.values()]
    .map(({ caller, callee, weight, samples }) => ({
      caller: idOf(caller),
      callee: idOf(callee),
      cost: scale.cost(weight),
      share: scale.share(weight),
      samples,
    }))
    .sort((a, b) => b.cost - a.cost || compare(a.caller, b.caller) || compare(a.callee, b.callee));
}

/** Own cost of every line of first-party code per unit of work, ordered by cost. Throws `HEADROOM_WORK_INVALID`. */
export function lineCosts(stacks: Stacks, work: ProcessWork): LineCost[] {
  const scale = scaleOf(stacks, work);
  return stacks.lines
    .map(({ frame, line, weight }) => ({
      id: stacks.frames[frame]!.id,
      line,
      cost: scale.cost(weight),
      share: scale.share(weight),
    }))
    .sort((a, b) => b.cost - a.cost || compare(a.id, b.id) || a.line - b.line);
}

/** Functions, edges and lines of a set of stacks in one value. Throws `HEADROOM_WORK_INVALID`. */
export function aggregateCosts(stacks: Stacks, work: ProcessWork): CostAggregate {
  return {
    cpuSeconds: work.cpuSeconds,
    units: work.units,
    busyUs: busyUs(stacks),
    samples: stacks.samples,
    functions: functionCosts(stacks, work),
    edges: edgeCosts(stacks, work),
    lines: lineCosts(stacks, work),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

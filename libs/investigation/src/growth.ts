import type { Regression } from '@headroom/contracts';
import { busyUs, mergeStacks, type FrameOrigin, type Stacks } from '@headroom/profiling';
import type { LineCosts, VersionCosts } from './line.costs.js';

/** A profile, and the commit that ran where that is known. */
export interface MeasuredProfile {
  stacks: Stacks;
  version?: string;
}

/** Profiles of both sides of a change point. */
export interface MeasuredSides {
  before: readonly MeasuredProfile[];
  after: readonly MeasuredProfile[];
}

/** One way in which the subject was reached and what it did there. */
export interface GrowthPath {
  /** Ids, root first, engine frames at its end left out. */
  frames: readonly string[];
  /** Position of the subject in `frames`. */
  at: number;
  /** Cost per unit of work. */
  before: number;
  after: number;
}

/** What grew at the subject of a regression, as the profiles show it. */
export interface Growth {
  subject: string;
  paths: readonly GrowthPath[];
  /** Sum over the paths. */
  before: number;
  after: number;
  /** `after - before`. */
  total: number;
  origins: ReadonlyMap<string, FrameOrigin>;
  packages: ReadonlyMap<string, string>;
  /** Own cost of lines, of all stacks. */
  lines: {
    before: ReadonlyMap<string, readonly VersionCosts[]>;
    after: ReadonlyMap<string, readonly VersionCosts[]>;
  };
  /** Cost of the subject in the profiles of each version, where profiles say theirs. */
  versions: readonly { version: string; side: 'before' | 'after'; value: number }[];
  /** False when there were no profiles, and the finding's own figures stand in. */
  profiled: boolean;
}

/** A place where cost flows: a call from one function to another, or a function's own code. */
export interface Element {
  kind: 'call' | 'self';
  caller: string;
  /** For a call. */
  callee?: string;
  /** For a function's own code: one line of it, where lines were measured. */
  line?: number;
  /** The call lies above the subject: it decides how often the subject runs. */
  above: boolean;
}

const ENGINE = /^\(|^RegExp: /;

/** Key of an element: equal elements have equal keys. */
export function elementKey(element: Element): string {
  return `${element.kind}\n${element.caller}\n${element.callee ?? element.line ?? ''}`;
}

/** The elements of a path whose caller is the repository's own code. */
export function elementsOf(path: GrowthPath, growth: Growth): Element[] {
  const elements: Element[] = [];
  const own = (id: string): boolean => growth.origins.get(id) === 'first-party';
  for (let at = 1; at < path.frames.length; at++) {
    const [caller, callee] = [path.frames[at - 1]!, path.frames[at]!];
    if (own(caller)) elements.push({ kind: 'call', caller, callee, above: at <= path.at });
  }
  const leaf = path.frames.at(-1)!;
  if (own(leaf)) elements.push({ kind: 'self', caller: leaf, above: false });
  return elements;
}

/** Sums of elements before and after, over all paths. */
export function elementCosts(growth: Growth): Map<string, { before: number; after: number }> {
  const costs = new Map<string, { before: number; after: number }>();
  for (const path of growth.paths) {
    for (const key of new Set(elementsOf(path, growth).map(elementKey))) {
      const cost = costs.get(key) ?? { before: 0, after: 0 };
      cost.before += path.before;
      cost.after += path.after;
      costs.set(key, cost);
    }
  }
  return costs;
}

/**
 * Attribution of FBDetect (SOSP 2024, section 5.6): of the growth R of the subject, the part L that lies in stacks which also contain
 * one of `symbols`; L / R, 0 to 1.
 */
export function attribution(growth: Growth, symbols: ReadonlySet<string>): number {
  if (growth.total <= 0) return 0;
  let part = 0;
  for (const { frames, before, after } of growth.paths) {
    if (frames.some((frame) => symbols.has(frame))) part += after - before;
  }
  return Math.min(1, Math.max(0, part / growth.total));
}

/** What the profiles of both sides say about the growth of the subject. `idAfter`: the id that a function of the side before goes by now. */
export function growthOf(
  subject: string,
  regression: Regression,
  measured: MeasuredSides | undefined,
  idAfter: (id: string) => string,
): Growth {
  const profiles = measured && {
    before: mergeStacks(measured.before.map(({ stacks }) => stacks)),
    after: mergeStacks(measured.after.map(({ stacks }) => stacks)),
  };
  if (!profiles || busyUs(profiles.before) === 0 || busyUs(profiles.after) === 0) {
    return growthOfFinding(subject, regression);
  }
  const [costBefore, costAfter] = serviceCosts(subject, regression, profiles);
  const paths = new Map<string, GrowthPath>();
  const origins = new Map<string, FrameOrigin>();
  const packages = new Map<string, string>();
  const addSide = (stacks: Stacks, cost: number, side: 'before' | 'after', idOf: (id: string) => string): void => {
    const busy = busyUs(stacks);
    const ids = stacks.frames.map((frame) => idOf(frame.id));
    stacks.frames.forEach((frame, index) => {
      origins.set(ids[index]!, frame.origin);
      if (frame.package !== undefined) packages.set(ids[index]!, frame.package);
    });
    for (const stack of stacks.stacks) {
      const frames = withoutEngine(stack.frames.map((index) => ids[index]!));
      const at = frames.indexOf(subject);
      if (at < 0 || busy === 0) continue;
      const key = frames.join('\n');
      const path = paths.get(key) ?? { frames, at, before: 0, after: 0 };
      path[side] += (stack.weight / busy) * cost;
      paths.set(key, path);
    }
  };
  const moved = movedFunctions(profiles, idAfter);
  const oldId = (id: string): string => moved.get(idAfter(id)) ?? idAfter(id);
  addSide(profiles.before, costBefore, 'before', oldId);
  addSide(profiles.after, costAfter, 'after', (id) => id);
  const all = [...paths.values()];
  const sum = (side: 'before' | 'after'): number => all.reduce((total, path) => total + path[side], 0);
  return {
    subject,
    paths: all,
    before: sum('before'),
    after: sum('after'),
    total: sum('after') - sum('before'),
    origins,
    packages,
    lines: {
      before: linesOf(measured.before, costBefore, oldId),
      after: linesOf(measured.after, costAfter, (id) => id),
    },
    versions: [
      ...versionsOf(subject, 'before', measured.before, costBefore, oldId),
      ...versionsOf(subject, 'after', measured.after, costAfter, (id) => id),
    ],
    profiled: true,
  };
}

/**
 * Functions that only the profiles before have, by the one function of the same name that only those after have: moved to another file,
 * they are the same code.
 */
function movedFunctions(
  { before, after }: { before: Stacks; after: Stacks },
  idAfter: (id: string) => string,
): Map<string, string> {
  const own = (stacks: Stacks): string[] =>
    stacks.frames.filter((frame) => frame.origin === 'first-party').map((frame) => frame.id);
  const [old, now] = [own(before).map(idAfter), own(after)];
  const only = (ids: readonly string[], others: readonly string[]): string[] => {
    const known = new Set(others);
    return ids.filter((id) => !known.has(id) && !id.endsWith(':<module>'));
  };
  const [gone, come] = [only(old, now), only(now, old)];
  const nameOf = (id: string): string => id.slice(id.indexOf(':'));
  return new Map(
    gone.flatMap((id) => {
      const same = come.filter((other) => nameOf(other) === nameOf(id));
      const rivals = gone.filter((other) => nameOf(other) === nameOf(id));
      return same.length === 1 && rivals.length === 1 ? [[id, same[0]!] as const] : [];
    }),
  );
}

// The engine's own frames name no code: what they cost belongs to the function that they worked for.
function withoutEngine(frames: string[]): string[] {
  let end = frames.length;
  while (end > 1 && ENGINE.test(frames[end - 1]!)) end--;
  return frames.slice(0, end);
}

/** Cost of the whole service per unit of work on both sides, from the figures of the finding. */
function serviceCosts(
  subject: string,
  regression: Regression,
  profiles: { before: Stacks; after: Stacks },
): [number, number] {
  if (regression.metric === 'cpu-share') return [1, 1];
  const before = regression.deltaOfService > 0 ? regression.delta / regression.deltaOfService : regression.before;
  const share = shareOf(profiles.after, subject);
  // Where the figures are those of a callee, the subject's share says nothing about them.
  const atCallee = regression.qualityFlags.includes('measured-at-callee');
  const after = share > 0 && !atCallee ? regression.after / share : before + regression.delta;
  return [before, after];
}

function versionsOf(
  subject: string,
  side: 'before' | 'after',
  profiles: readonly MeasuredProfile[],
  cost: number,
  idOf: (id: string) => string,
): Growth['versions'] {
  const known = profiles.filter(({ version }) => version !== undefined);
  return [...Map.groupBy(known, ({ version }) => version!)].map(([version, own]) => {
    const busy = own.reduce((sum, { stacks }) => sum + busyUs(stacks), 0);
    const spent = own.reduce((sum, { stacks }) => sum + weightOf(stacks, subject, idOf), 0);
    return { version, side, value: busy > 0 ? (cost * spent) / busy : 0 };
  });
}

function shareOf(stacks: Stacks, id: string): number {
  const busy = busyUs(stacks);
  return busy === 0 ? 0 : weightOf(stacks, id) / busy;
}

function weightOf(stacks: Stacks, subject: string, idOf = (id: string): string => id): number {
  const frame = stacks.frames.findIndex(({ id }) => idOf(id) === subject);
  if (frame < 0) return 0;
  let weight = 0;
  for (const stack of stacks.stacks) if (stack.frames.includes(frame)) weight += stack.weight;
  return weight;
}

function linesOf(
  profiles: readonly MeasuredProfile[],
  cost: number,
  idOf: (id: string) => string,
): ReadonlyMap<string, readonly VersionCosts[]> {
  const busy = profiles.reduce((sum, { stacks }) => sum + busyUs(stacks), 0);
  const functions = new Map<string, Map<string | undefined, Map<number, number>>>();
  for (const { stacks, version } of profiles) {
    for (const { frame, line, weight } of stacks.lines) {
      const id = idOf(stacks.frames[frame]!.id);
      const versions = functions.get(id) ?? new Map<string | undefined, Map<number, number>>();
      const costs = versions.get(version) ?? new Map<number, number>();
      costs.set(line, (costs.get(line) ?? 0) + (weight / busy) * cost);
      functions.set(id, versions.set(version, costs));
    }
  }
  const listed = (versions: ReadonlyMap<string | undefined, LineCosts>): VersionCosts[] =>
    [...versions].map(([version, costs]) => ({ ...(version !== undefined && { version }), costs }));
  return new Map([...functions].map(([id, versions]) => [id, listed(versions)]));
}

/** Without profiles: each grown callee once below the subject, the rest in its own code. */
function growthOfFinding(subject: string, regression: Regression): Growth {
  const chain = regression.chain.map((frame) => frame.id);
  const above = chain.includes(subject) ? chain.slice(0, chain.indexOf(subject) + 1) : [...chain, subject];
  const at = above.length - 1;
  const paths: GrowthPath[] = [];
  let left = regression.delta;
  const direct = regression.grownCallees[0];
  if (direct) {
    const delta = Math.min(left, direct.delta);
    paths.push({ frames: [...above, direct.id], at, before: 0, after: delta });
    left -= delta;
  }
  paths.push({ frames: above, at, before: regression.before, after: regression.before + left });
  const frames = [...regression.chain, ...regression.grownCallees];
  const origins = new Map<string, FrameOrigin>(frames.map((frame) => [frame.id, frame.origin]));
  origins.set(subject, origins.get(subject) ?? 'first-party');
  return {
    subject,
    paths,
    before: regression.before,
    after: regression.before + regression.delta,
    total: regression.delta,
    origins,
    packages: new Map(),
    lines: { before: new Map(), after: new Map() },
    versions: [],
    profiled: false,
  };
}

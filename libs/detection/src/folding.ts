import type { GrowthGraph } from './call-graph.js';
import type { Split } from './change-point.js';
import type { FrameOrigin } from './history.js';

/** Why the search for the frame that explains a growth ended where it did. */
export type StopReason =
  /** The growth is in the frame itself, in code that is not first-party, or spread over several callees. */
  | 'own-growth'
  /** The next frame also serves callers for whom it did not grow. */
  | 'shared-callee'
  /** The next frame was never seen before the change point: its caller began to call it. */
  | 'new-callee'
  /** No call edges were supplied. */
  | 'no-call-edges';

/** A function that passed every filter on its own. */
export interface Regressed {
  id: string;
  split: Split;
  /** What a rise of this function must exceed to pass by itself, in the metric. */
  threshold: number;
  graph: GrowthGraph;
}

/** One root of growth, and the regressed functions that it explains. */
export interface Root {
  /** The deepest first-party frame that explains the growth. */
  subject: string;
  stop: StopReason;
  /** The regressed function whose figures stand for the finding: the subject itself where it passed by itself. */
  measured: Regressed;
  /** Regressed functions explained by this root, the measured one included, largest growth first. */
  members: Regressed[];
}

/** What folding decided: the roots, and which root(s) each folded function went into. */
interface Folding {
  roots: Root[];
  folded: Array<{ item: Regressed; into: string[]; explained: number }>;
}

/** Parameters of {@link foldRegressed}. */
interface FoldOptions {
  /** Part of a growth that one frame must carry to explain it. */
  explainedPart: number;
  /** Whose code a frame is; `undefined` for one that was never listed. */
  originOf: (id: string) => FrameOrigin | undefined;
}

interface Culprit {
  subject: string;
  stop: StopReason;
}

/**
 * Folds regressed functions into the deepest first-party frames that explain them, one root per independent growth.
 *
 * A function's growth is followed up to the caller that brought it when the function (or a frame above it) also serves
 * callers for whom nothing changed, or was only begun to be called; else down into the callee that carries it. A
 * function whose growth is accounted for by several roots together is folded into all of them.
 */
export function foldRegressed(regressed: readonly Regressed[], options: FoldOptions): Folding {
  const groups = new Map<string, Root>();
  for (const item of [...regressed].sort(byGrowth)) {
    const culprit = culpritOf(item, options);
    const group = groups.get(culprit.subject);
    if (group) {
      group.members.push(item);
      if (item.id === culprit.subject) Object.assign(group, { measured: item, stop: culprit.stop });
    } else {
      groups.set(culprit.subject, { ...culprit, measured: item, members: [item] });
    }
  }

  const folded = new Map<Regressed, { into: string[]; explained: number }>();
  const roots = new Map(groups);
  // Smallest growth first, so that a frame that only sums up roots below it is judged after them.
  for (const root of [...groups.values()].reverse()) {
    const covered = explanationOf(root, roots, options);
    if (!covered) continue;
    roots.delete(root.subject);
    for (const item of root.members) folded.set(item, { into: covered.roots, explained: covered.growth });
    const only = covered.roots.length === 1 ? roots.get(covered.roots[0] ?? '') : undefined;
    only?.members.push(...root.members);
  }
  for (const root of roots.values()) {
    root.members.sort(byGrowth);
    for (const item of root.members) {
      if (item !== root.measured) folded.set(item, { into: [root.subject], explained: item.split.delta });
    }
  }
  return { roots: [...roots.values()], folded: [...folded].map(([item, where]) => ({ item, ...where })) };
}

/** What other roots account for of a root's growth; `null` when they do not explain it. */
function explanationOf(
  root: Root,
  roots: ReadonlyMap<string, Root>,
  options: FoldOptions,
): { growth: number; roots: string[] } | null {
  const others = [...roots.keys()].filter((subject) => subject !== root.subject);
  const covered = coveredBy(root, others, options.explainedPart);
  if (isCovered(root.measured, covered.growth, options.explainedPart)) return covered;
  const caller = callerThatBrought(root, roots, options);
  return caller === undefined ? null : { growth: root.measured.split.delta, roots: [caller] };
}

/**
 * A larger root above a frame that brought its growth through something that serves unchanged callers too, or that is
 * new: what the caller began to ask for may give a helper far more to do than anybody before did. Had the helper itself
 * become slower, the unchanged callers would have got their part of its growth.
 */
function callerThatBrought(
  { subject, measured: { graph, split } }: Root,
  roots: ReadonlyMap<string, Root>,
  options: FoldOptions,
): string | undefined {
  const seen = new Set<string>();
  let brought = false;
  for (let current = subject; !seen.has(current);) {
    seen.add(current);
    const [edge, ...more] = graph.grownCallers(current, options.explainedPart);
    if (!edge || more.length > 0) return undefined;
    const others = graph.callersOf(current).filter((each) => each !== edge);
    if (others.reduce((sum, each) => sum + Math.max(0, each.delta), 0) >= split.delta / 2) return undefined;
    brought ||= mustClimb(graph, current, edge.caller, options) !== null;
    current = edge.caller;
    const above = roots.get(current)?.measured;
    // One graph: the same deployments on both sides of the same change point.
    if (brought && above?.graph === graph && above.split.delta > split.delta) return current;
  }
  return undefined;
}

/** Whether what other roots account for is (nearly) all of a growth, or leaves a rest that would not pass by itself. */
function isCovered({ split, threshold }: Regressed, growth: number, part: number): boolean {
  if (growth >= part * split.delta) return true;
  return growth >= split.delta / 2 && split.delta - growth < threshold;
}

function byGrowth(left: Regressed, right: Regressed): number {
  return right.split.delta - left.split.delta || (left.id < right.id ? -1 : 1);
}

/**
 * Growth of a root that other roots account for: those below it, or, for a frame that serves unchanged callers too,
 * those above it that brought the growth. Such a frame in turn never accounts for its callers' growth.
 */
function coveredBy(root: Root, others: readonly string[], part: number): { growth: number; roots: string[] } {
  const { graph, split } = root.measured;
  const shared = graph.isShared(root.subject, part);
  const stops = new Set(shared ? others : others.filter((subject) => !graph.isShared(subject, part)));
  const flow = shared
    ? graph.flowUp(root.subject, split.delta, stops)
    : graph.flowDown(root.subject, split.delta, stops);
  let growth = 0;
  const reached: string[] = [];
  for (const subject of stops) {
    const arrived = flow.get(subject) ?? 0;
    if (arrived <= 0) continue;
    growth += arrived;
    reached.push(subject);
  }
  return { growth, roots: reached };
}

function culpritOf(item: Regressed, options: FoldOptions): Culprit {
  if (item.graph.empty) return { subject: item.id, stop: 'no-call-edges' };
  return climb(item, options) ?? descend(item, options);
}

/**
 * The first-party frame above the topmost frame on the growth's way that cannot have become slower itself: one that
 * serves unchanged callers too, or one that its caller began to call. `null` when there is none.
 */
function climb(item: Regressed, options: FoldOptions): Culprit | null {
  const seen = new Set([item.id]);
  let current = item.id;
  let found: Culprit | null = null;
  let pending: StopReason | null = null;
  for (;;) {
    const [caller, ...more] = item.graph.grownCallers(current, options.explainedPart);
    if (caller === undefined || seen.has(caller.caller)) return found;
    if (more.length > 0) return spreadOver(item, current, options) ?? found;
    if (caller.delta < item.split.delta / 2) return found;
    if (item.graph.grewAlike(item.id, current)) {
      pending = mustClimb(item.graph, current, caller.caller, options) ?? pending;
    }
    current = caller.caller;
    seen.add(current);
    if (pending !== null && options.originOf(current) === 'first-party') {
      found = { subject: current, stop: pending };
      pending = null;
    }
  }
}

/** A shared frame whose growth several callers brought stands for all that is below it, until they are told apart. */
function spreadOver({ id: item, graph }: Regressed, id: string, options: FoldOptions): Culprit | null {
  if (options.originOf(id) !== 'first-party' || !graph.isShared(id, options.explainedPart)) return null;
  if (!graph.grewAlike(item, id)) return null;
  return { subject: id, stop: 'shared-callee' };
}

/** Why a frame cannot be the one to name; `null` when it can. */
function mustClimb(graph: GrowthGraph, id: string, caller: string, options: FoldOptions): StopReason | null {
  if (graph.isShared(id, options.explainedPart)) return 'shared-callee';
  // A dispatcher outside the repository says nothing about who changed, so a new frame below it is the one to name.
  return graph.isNew(id) && options.originOf(caller) === 'first-party' ? 'new-callee' : null;
}

function descend(item: Regressed, options: FoldOptions): Culprit {
  const { graph, split } = item;
  const flow = graph.flowDown(item.id, split.delta);
  let subject = item.id;
  for (const [id, arrived] of flow) {
    if (id === item.id || arrived < options.explainedPart * split.delta) continue;
    if (options.originOf(id) !== 'first-party') continue;
    const caller = graph.grownCallers(id, options.explainedPart)[0]?.caller ?? '';
    const stop = mustClimb(graph, id, caller, options);
    if (stop !== null) return { subject, stop };
    subject = id;
  }
  return { subject, stop: 'own-growth' };
}

/** A frame of a chain or below it. */
export interface ChainFrame {
  id: string;
  origin: FrameOrigin;
  /** Part of the finding's growth that goes through the frame, in the metric. */
  delta: number;
}

/** The way of a root's growth from the outermost first-party frame to the subject, and what grew below it. */
interface GrowthPath {
  chain: ChainFrame[];
  grownCallees: ChainFrame[];
  /** All growth of other functions that the root accounts for. */
  explained: Map<string, number>;
}

/** Most frames listed of a chain and of grown callees: enough for any readable stack. */
const MOST_FRAMES = 64;

/** Follows a root's growth up and down the call graph. */
export function growthPath(root: Root, listedPart: number, originOf: FoldOptions['originOf']): GrowthPath {
  const { graph, split } = root.measured;
  const up = graph.flowUp(root.subject, split.delta);
  const down = graph.flowDown(root.subject, split.delta);
  const frame = (id: string, delta: number): ChainFrame => ({ id, origin: originOf(id) ?? 'runtime', delta });

  const chain = [frame(root.subject, split.delta)];
  const seen = new Set([root.subject]);
  for (let current = root.subject; chain.length < MOST_FRAMES;) {
    const caller = graph.grownCallers(current, 0.5).find((edge) => !seen.has(edge.caller))?.caller;
    if (caller === undefined) break;
    chain.unshift(frame(caller, up.get(caller) ?? 0));
    seen.add(caller);
    current = caller;
  }
  while (chain[0] && chain[0].origin !== 'first-party' && chain.length > 1) chain.shift();

  const grownCallees = [...down]
    .filter(([id, delta]) => id !== root.subject && delta >= listedPart * split.delta)
    .sort(([, left], [, right]) => right - left)
    .slice(0, MOST_FRAMES)
    .map(([id, delta]) => frame(id, delta));

  const explained = new Map([...up, ...down].filter(([, delta]) => delta > listedPart * split.delta));
  for (const member of root.members) explained.set(member.id, member.split.delta);
  explained.delete(root.subject);
  return { chain, grownCallees, explained };
}

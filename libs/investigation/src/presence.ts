import type { Regression } from '@headroom/contracts';
import type { Candidate } from './candidates.js';
import type { Growth } from './growth.js';
import type { RepositoryReader } from './repository.reader.js';

/** One measurement of the subject's cost. */
interface Point {
  /** Position of its deployment in the series; absent for a profile of one version among several. */
  at?: number;
  version: string;
  side: 'before' | 'after';
  value: number;
}

/** How well the cost followed a candidate; undefined where nothing can be told. */
export type Presence = (candidate: Candidate) => number | undefined;

/**
 * How the cost of the subject went with each candidate being there or not: over the deployments of the series, and over the versions
 * that ran beside each other during a rollout. It is the correlation of the two, 0 where it is negative. A commit is there where the
 * version holds it, anything else from its deployment on: what came with a version and is not seen in the older one that runs beside it
 * speaks for the commits of the version and against a setting.
 */
export async function presenceOf(
  reader: RepositoryReader,
  { series, changePoint }: Regression,
  growth: Growth,
  before: string | undefined,
): Promise<Presence> {
  const split = series.findIndex((point) => point.deployment === changePoint.deployment);
  const points: Point[] = series.flatMap(({ version, value, quiet }, at) =>
    quiet ? [{ at, version, value, side: at < split ? ('before' as const) : ('after' as const) }] : [],
  );
  points.push(...besideOthers(growth));
  const held = await commitsHeld(reader, points, before);
  return (candidate) => {
    const from = series.findIndex((point) => point.deployment === candidate.deployment);
    const isThere = (point: Point): boolean | undefined => {
      if ('info' in candidate) return held.get(point.version)?.has(candidate.info.commit);
      if (point.at === undefined) return point.side === 'after';
      return from < 0 ? undefined : point.at >= from;
    };
    const known = points.flatMap((point) => {
      const there = isThere(point);
      return there === undefined ? [] : [{ there: there ? 1 : 0, value: point.value }];
    });
    return correlation(
      known.map(({ there }) => there),
      known.map(({ value }) => value),
    );
  };
}

/** Profiles of a side that was measured on several versions. */
function besideOthers({ versions }: Growth): Point[] {
  return (['before', 'after'] as const).flatMap((side) => {
    const own = versions.filter((each) => each.side === side);
    return own.length > 1 ? own : [];
  });
}

/** By version: its commits since the one that ran before the candidates. */
async function commitsHeld(
  reader: RepositoryReader,
  points: readonly Point[],
  before: string | undefined,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const held = new Map<string, ReadonlySet<string>>();
  if (before === undefined) return held;
  const commits = new Map<string, string>();
  for (const version of new Set(points.map((point) => point.version))) {
    const commit = await reader.known(version);
    if (commit !== undefined) commits.set(version, commit);
  }
  const parents = await reader.parentsSince(before, [...new Set(commits.values())]);
  for (const [version, commit] of commits) held.set(version, reachedFrom(commit, parents));
  return held;
}

function reachedFrom(commit: string, parents: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [commit];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const above = parents.get(next);
    if (above === undefined || reached.has(next)) continue;
    reached.add(next);
    waiting.push(...above);
  }
  return reached;
}

/** Pearson's, 0 where it is negative; undefined where one of the two does not vary. */
function correlation(left: readonly number[], right: readonly number[]): number | undefined {
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [a, b] = [mean(left), mean(right)];
  let [product, squaresLeft, squaresRight] = [0, 0, 0];
  for (const [index, value] of left.entries()) {
    const [x, y] = [value - a, right[index]! - b];
    product += x * y;
    squaresLeft += x * x;
    squaresRight += y * y;
  }
  return squaresLeft > 0 && squaresRight > 0 ? Math.max(0, product / Math.sqrt(squaresLeft * squaresRight)) : undefined;
}

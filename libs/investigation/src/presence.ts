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

/** Most versions that are looked up. */
const MAX_VERSIONS = 40;

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

async function commitsHeld(
  reader: RepositoryReader,
  points: readonly Point[],
  before: string | undefined,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const held = new Map<string, ReadonlySet<string>>();
  if (before === undefined) return held;
  const versions = [...new Set(points.map(({ version }) => version))];
  for (const version of versions.slice(-MAX_VERSIONS)) {
    const commit = await reader.known(version);
    if (commit !== undefined) held.set(version, await reader.heldBy(commit, before));
  }
  return held;
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

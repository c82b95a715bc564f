import type { Change } from '@headroom/contracts';
import type { PyroscopeSeries } from './pyroscope.api.js';

/** A stretch of what Pyroscope has of a service that one deployment ran. */
export interface DeployedPart {
  /** The labels that choose its samples, beside the service's. */
  labels: Readonly<Record<string, string>>;
  startMs: number;
  endMs: number;
  deployment: string;
  version: string;
  /** Sum of its samples in the unit of the profile type. */
  value: number;
}

/** Labels that name a commit and a deployment, where there are such. */
export interface PartLabels {
  version?: string | undefined;
  deployment?: string | undefined;
}

/** What to call a commit or deployment that nothing names. */
const UNKNOWN = 'unknown';

/**
 * Cuts a series into deployments: by its labels; where these name none, at the deployments that are known. The step of the series is
 * how exactly the ends of a labelled part are known.
 */
export function deployedParts(
  series: PyroscopeSeries,
  { version, deployment }: PartLabels,
  changes: readonly Change[],
  within: { startMs: number; endMs: number; stepMs: number },
): DeployedPart[] {
  const commit = version === undefined ? '' : (series.labels[version] ?? '');
  const name = deployment === undefined ? '' : (series.labels[deployment] ?? '');
  if (commit === '' && name === '') return cutAt(changes, series, within);
  const change = changes.findLast((one) => (name === '' ? one.commit === commit : one.deployment === name));
  const known = {
    deployment: name || (change?.deployment ?? commit),
    version: commit || (change?.commit ?? UNKNOWN),
  };
  return partOf(series, within, known);
}

function partOf(
  { labels, points }: PyroscopeSeries,
  { startMs, endMs, stepMs }: { startMs: number; endMs: number; stepMs: number },
  known: Pick<DeployedPart, 'deployment' | 'version'>,
): DeployedPart[] {
  const busy = points.filter(({ value }) => value > 0);
  if (busy.length === 0) return [];
  const times = busy.map(({ atMs }) => atMs);
  return [
    {
      ...known,
      labels,
      startMs: Math.max(startMs, Math.min(...times) - stepMs),
      endMs: Math.min(endMs, Math.max(...times)),
      value: busy.reduce((sum, { value }) => sum + value, 0),
    },
  ].filter((part) => part.startMs < part.endMs);
}

function cutAt(
  changes: readonly Change[],
  { labels, points }: PyroscopeSeries,
  within: { startMs: number; endMs: number; stepMs: number },
): DeployedPart[] {
  const starts = changes.map(({ deployedAt }) => Date.parse(deployedAt));
  let version = UNKNOWN;
  const pieces = [{ startMs: within.startMs, deployment: UNKNOWN, version }];
  for (const [index, { deployment, commit }] of changes.entries()) {
    version = commit ?? version;
    pieces.push({ startMs: Math.max(starts[index]!, within.startMs), deployment, version });
  }
  return pieces.flatMap(({ startMs, ...known }, index) => {
    const endMs = Math.min(pieces[index + 1]?.startMs ?? within.endMs, within.endMs);
    const inside = points.filter(({ atMs }) => atMs > startMs && atMs <= endMs);
    return startMs < endMs ? partOf({ labels, points: inside }, { ...within, startMs, endMs }, known) : [];
  });
}

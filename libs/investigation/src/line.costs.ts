import type { DiffHunk } from '@headroom/workspace';
import { mapLine } from './line.map.js';

/** A line of a function and its part of the growth of the function's own cost; the parts of a function add up to 1. */
export interface GrownLine {
  line: number;
  part: number;
}

/** Own costs by line. */
export type LineCosts = ReadonlyMap<number, number>;

/** Own costs of lines as one version of the code was measured; without a version where nobody says which it was. */
export interface VersionCosts {
  version?: string;
  costs: LineCosts;
}

/**
 * Own costs of lines, measured on several versions of a file, on the lines of one version. A cost whose version is not known is shared
 * among the places where its line may be.
 * @param hunksOf for each version that may have been measured, the hunks that lead from it to the one version
 */
export function onOneVersion(
  measured: readonly VersionCosts[],
  hunksOf: ReadonlyMap<string, readonly DiffHunk[]>,
): Map<number, number> {
  const mapped = new Map<number, number>();
  const all = hunksOf.size > 0 ? [...hunksOf.values()] : [[]];
  for (const { version, costs } of measured) {
    const own = version === undefined ? undefined : hunksOf.get(version);
    const maps = own ? [own] : all;
    for (const [line, cost] of costs) {
      for (const hunks of maps) {
        const target = mapLine(hunks, line);
        if (target !== undefined) mapped.set(target, (mapped.get(target) ?? 0) + cost / maps.length);
      }
    }
  }
  return mapped;
}

/**
 * Where the own cost of a function grew. `before` is on the lines of the old version, `after` on those of the new one, `hunks` leads
 * from one to the other. A replaced stretch of lines grew by what it costs less what the lines before it did: an edit of a line that was
 * dear before is no growth. Nor is a line that was moved, or written a second time: a diff cannot tell equal lines apart, so what one of
 * them lost another did not grow by. Samples wander between neighbouring lines, so lines that did not change count with what they
 * grew by together.
 * @param textOf text of a line of the new version
 */
export function grownLines(
  before: LineCosts,
  after: LineCosts,
  hunks: readonly DiffHunk[],
  textOf: (line: number) => string,
): GrownLine[] {
  const unchanged = new Map<number, number>();
  const replaced = hunks.map((hunk) => ({ hunk, old: new Map<number, number>(), lines: new Map<number, number>() }));
  for (const [line, cost] of before) {
    const target = mapLine(hunks, line);
    if (target !== undefined) unchanged.set(target, (unchanged.get(target) ?? 0) - cost);
    else
      replaced.find(({ hunk }) => line >= hunk.oldStart && line < hunk.oldStart + hunk.oldLines)!.old.set(line, cost);
  }
  for (const [line, cost] of after) {
    const stretch = replaced.find(({ hunk }) => line >= hunk.newStart && line < hunk.newStart + hunk.newLines);
    if (stretch) stretch.lines.set(line, cost);
    else unchanged.set(line, (unchanged.get(line) ?? 0) + cost);
  }
  withoutEqualLines(replaced, unchanged, textOf);
  const grown = netGrowth([...unchanged]);
  for (const { old, lines } of replaced) {
    const [now, was] = [sumOf(lines), sumOf(old)];
    if (now > was) for (const [line, cost] of lines) grown.push([line, (cost * (now - was)) / now]);
  }
  const total = grown.reduce((sum, [, delta]) => sum + delta, 0);
  return total > 0 ? grown.map(([line, delta]) => ({ line, part: delta / total })) : [];
}

interface Stretch {
  hunk: DiffHunk;
  /** Costs of the lines that went. */
  old: Map<number, number>;
  /** Costs of the lines that came. */
  lines: Map<number, number>;
}

/** Gives what an equal line lost elsewhere back to it, from the lines that came. */
function withoutEqualLines(
  replaced: readonly Stretch[],
  unchanged: Map<number, number>,
  textOf: (line: number) => string,
): void {
  for (const stretch of replaced) {
    for (const [line, cost] of stretch.lines) {
      const text = textOf(line).trim();
      if (text === '') continue;
      let left = cost;
      const give = (costs: Map<number, number>, from: number, lost: number, sign: 1 | -1): void => {
        const given = Math.min(left, lost);
        costs.set(from, costs.get(from)! + sign * given);
        left -= given;
      };
      for (const [other, delta] of unchanged) {
        if (delta < 0 && textOf(other).trim() === text) give(unchanged, other, -delta, 1);
      }
      for (const { hunk, old } of replaced) {
        if (hunk === stretch.hunk) continue;
        for (const [other, lost] of old) {
          if (hunk.removed[other - hunk.oldStart]?.trim() === text) give(old, other, lost, -1);
        }
      }
      stretch.lines.set(line, left);
    }
  }
}

function sumOf(costs: LineCosts): number {
  return [...costs.values()].reduce((sum, cost) => sum + cost, 0);
}

/** Lines that grew, scaled down to what all lines grew by together. */
function netGrowth(deltas: readonly (readonly [number, number])[]): [number, number][] {
  const net = deltas.reduce((sum, [, delta]) => sum + delta, 0);
  const grown = deltas.filter(([, delta]) => delta > 0);
  const gross = grown.reduce((sum, [, delta]) => sum + delta, 0);
  return net > 0 ? grown.map(([line, delta]) => [line, (delta * net) / gross]) : [];
}

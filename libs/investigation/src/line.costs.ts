import type { DiffHunk } from '@headroom/workspace';
import { mapLine } from './line.map.js';

/** A line of a function and its part of the growth of the function's own cost; the parts of a function add up to 1. */
export interface GrownLine {
  line: number;
  part: number;
}

/** Own costs by line. */
export type LineCosts = ReadonlyMap<number, number>;

/**
 * Own costs of lines, measured on several versions of a file, on the lines of one version. Which version a cost was measured on is not
 * known: it is shared among the places where the line may be.
 */
export function onOneVersion(costs: LineCosts, versions: readonly (readonly DiffHunk[])[]): Map<number, number> {
  const mapped = new Map<number, number>();
  const maps = versions.length > 0 ? versions : [[]];
  for (const [line, cost] of costs) {
    for (const hunks of maps) {
      const target = mapLine(hunks, line);
      if (target !== undefined) mapped.set(target, (mapped.get(target) ?? 0) + cost / maps.length);
    }
  }
  return mapped;
}

/**
 * Where the own cost of a function grew. `before` is on the lines of the old version, `after` on those of the new one, `hunks` leads
 * from one to the other. A replaced stretch of lines grew by what it costs less what the lines before it did: an edit of a line that was
 * dear before is no growth. Samples wander between neighbouring lines, so lines that did not change count with what they grew by
 * together.
 */
export function grownLines(before: LineCosts, after: LineCosts, hunks: readonly DiffHunk[]): GrownLine[] {
  const unchanged = new Map<number, number>();
  const replaced = hunks.map(() => ({ before: 0, lines: new Map<number, number>() }));
  for (const [line, cost] of before) {
    const target = mapLine(hunks, line);
    if (target !== undefined) unchanged.set(target, (unchanged.get(target) ?? 0) - cost);
    else
      replaced[hunks.findIndex((hunk) => line >= hunk.oldStart && line < hunk.oldStart + hunk.oldLines)]!.before +=
        cost;
  }
  for (const [line, cost] of after) {
    const at = hunks.findIndex((hunk) => line >= hunk.newStart && line < hunk.newStart + hunk.newLines);
    if (at < 0) unchanged.set(line, (unchanged.get(line) ?? 0) + cost);
    else replaced[at]!.lines.set(line, cost);
  }
  const grown = netGrowth([...unchanged]);
  for (const { before: old, lines } of replaced) {
    const sum = [...lines.values()].reduce((total, cost) => total + cost, 0);
    if (sum > old) for (const [line, cost] of lines) grown.push([line, (cost * (sum - old)) / sum]);
  }
  const total = grown.reduce((sum, [, delta]) => sum + delta, 0);
  return total > 0 ? grown.map(([line, delta]) => ({ line, part: delta / total })) : [];
}

/** Lines that grew, scaled down to what all lines grew by together. */
function netGrowth(deltas: readonly (readonly [number, number])[]): [number, number][] {
  const net = deltas.reduce((sum, [, delta]) => sum + delta, 0);
  const grown = deltas.filter(([, delta]) => delta > 0);
  const gross = grown.reduce((sum, [, delta]) => sum + delta, 0);
  return net > 0 ? grown.map(([line, delta]) => [line, (delta * net) / gross]) : [];
}

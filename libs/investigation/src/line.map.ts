import type { DiffHunk } from '@headroom/workspace';

/**
 * Where a line of the old file is in the new one, by the hunks of a diff without context; undefined where the line was changed or
 * removed. Lines are 1-based.
 */
export function mapLine(hunks: readonly DiffHunk[], line: number): number | undefined {
  let shift = 0;
  for (const { oldStart, oldLines, newLines } of hunks) {
    if (oldLines === 0) {
      // An insertion names the line that it stands behind.
      if (line <= oldStart) break;
    } else {
      if (line < oldStart) break;
      if (line < oldStart + oldLines) return undefined;
    }
    shift += newLines - oldLines;
  }
  return line + shift;
}

/** Numbers from `start`, as many as `count`. */
export function linesFrom(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

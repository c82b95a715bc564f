import { lineStart, type TextEdit } from './text.layout.js';

/** A run of whole lines, as offsets of the text. */
interface Lines {
  readonly start: number;
  readonly end: number;
}

/**
 * Edits of whole lines that make a text the wanted one, in the lines that other edits touch; undefined where a line differs that they
 * leave alone.
 */
export function editsOfTouchedLines(
  source: string,
  edits: readonly TextEdit[],
  wanted: string,
): TextEdit[] | undefined {
  const found: TextEdit[] = [];
  const touched = touchedLines(source, edits);
  let from = 0;
  let at = 0;
  for (const [index, { start, end }] of touched.entries()) {
    const kept = source.slice(from, start);
    const next = index === 0 ? 0 : indexOfLines(wanted, kept, at);
    if (next < 0 || !wanted.startsWith(kept, next)) return undefined;
    closeLast(found, wanted.slice(at, next));
    found.push({ start, end, text: '' });
    at = next + kept.length;
    from = end;
  }
  const rest = source.slice(from);
  const last = wanted.length - rest.length;
  if (last < at || !wanted.endsWith(rest) || (touched.length === 0 && last > 0)) return undefined;
  closeLast(found, wanted.slice(at, last));
  return found;
}

function closeLast(found: TextEdit[], text: string): void {
  const open = found.pop();
  if (open) found.push({ ...open, text });
}

function touchedLines(source: string, edits: readonly TextEdit[]): Lines[] {
  const merged: Lines[] = [];
  for (const edit of [...edits].sort((x, y) => x.start - y.start || x.end - y.end)) {
    const lines = linesOf(source, edit);
    const before = merged.at(-1);
    if (before && lines.start <= before.end) {
      merged[merged.length - 1] = { start: before.start, end: Math.max(before.end, lines.end) };
    } else merged.push(lines);
  }
  return merged;
}

/** What is put in before a line, or takes whole lines, leaves the line behind it alone. */
function linesOf(source: string, { start, end, text }: TextEdit): Lines {
  const first = lineStart(source, start);
  const isWhole = first === start && lineStart(source, end) === end && (text === '' || text.endsWith('\n'));
  if (isWhole) return { start, end };
  const newline = source.indexOf('\n', end);
  return { start: first, end: newline < 0 ? source.length : newline + 1 };
}

/** Offset at which lines stand in a text, from an offset on; -1 where they do not. */
function indexOfLines(text: string, lines: string, from: number): number {
  let at = text.indexOf(lines, from);
  while (at > 0 && text[at - 1] !== '\n') at = text.indexOf(lines, at + 1);
  return at;
}

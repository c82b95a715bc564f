import { HeadroomError } from '@headroom/contracts';
import type { TextEdit } from './text.layout.js';

const CONTEXT = 3;

/** Lines `start` to `end` (0-based, half-open) of the old text, and what stands there afterwards. */
interface Change {
  start: number;
  end: number;
  lines: string[];
}

/** Applies edits that do not overlap. Throws `HEADROOM_EDITS_OVERLAP` otherwise: two rewrites of one place are a defect of a playbook. */
export function applyEdits(source: string, edits: readonly TextEdit[]): string {
  let text = '';
  let at = 0;
  for (const edit of inOrder(edits)) {
    if (edit.start < at) {
      throw new HeadroomError('Two edits of one playbook overlap: report the file that it was run on.', {
        code: 'HEADROOM_EDITS_OVERLAP',
        details: { at: edit.start },
      });
    }
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at);
}

/** Unified diff of one file with `a/` and `b/` prefixes, three lines of context, as `git apply` reads it. */
export function unifiedDiff(path: string, source: string, edits: readonly TextEdit[]): string {
  const oldLines = linesOf(source);
  const changes = changesOf(source, oldLines, edits);
  if (changes.length === 0) return '';
  const [a, b] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const tab = path.includes(' ') ? '\t' : '';
  let text = `diff --git ${a} ${b}\n--- ${a}${tab}\n+++ ${b}${tab}\n`;
  let shift = 0;
  for (const group of grouped(changes)) {
    text += hunk(oldLines, group, shift);
    for (const change of group) shift += change.lines.length - (change.end - change.start);
  }
  return text;
}

function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((x, y) => x.start - y.start || x.end - y.end);
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changesOf(source: string, oldLines: readonly string[], edits: readonly TextEdit[]): Change[] {
  const starts = [0];
  for (const line of oldLines) starts.push(starts.at(-1)! + line.length);
  const lineAt = (offset: number) => Math.max(0, starts.findIndex((start) => start > offset) - 1);
  const lastLine = oldLines.length;
  const regions: { start: number; end: number; edits: TextEdit[] }[] = [];
  for (const edit of inOrder(edits)) {
    const start = edit.start >= source.length ? Math.max(0, lastLine - 1) : lineAt(edit.start);
    const end = edit.end >= source.length ? lastLine : lineAt(edit.end) + 1;
    const previous = regions.at(-1);
    if (previous && start < previous.end) {
      previous.end = Math.max(previous.end, end);
      previous.edits.push(edit);
    } else {
      regions.push({ start, end, edits: [edit] });
    }
  }
  const changes = regions.map((region) => {
    const from = starts[region.start]!;
    const moved = region.edits.map((edit) => ({ ...edit, start: edit.start - from, end: edit.end - from }));
    const text = applyEdits(source.slice(from, starts[region.end]), moved);
    return trimmed({ start: region.start, end: region.end, lines: linesOf(text) }, oldLines);
  });
  return changes.filter((change) => change.start < change.end || change.lines.length > 0);
}

function trimmed(change: Change, oldLines: readonly string[]): Change {
  let { start, end } = change;
  const lines = [...change.lines];
  while (start < end && lines.length > 0 && oldLines[start] === lines[0]) {
    start++;
    lines.shift();
  }
  while (end > start && lines.length > 0 && oldLines[end - 1] === lines.at(-1)) {
    end--;
    lines.pop();
  }
  return { start, end, lines };
}

function grouped(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const previous = groups.at(-1)?.at(-1);
    if (previous && change.start - previous.end <= 2 * CONTEXT) groups.at(-1)!.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunk(oldLines: readonly string[], group: readonly Change[], shift: number): string {
  const from = Math.max(0, group[0]!.start - CONTEXT);
  const to = Math.min(oldLines.length, group.at(-1)!.end + CONTEXT);
  let body = '';
  let at = from;
  let growth = 0;
  for (const change of group) {
    body += marked(' ', oldLines.slice(at, change.start));
    body += marked('-', oldLines.slice(change.start, change.end)) + marked('+', change.lines);
    growth += change.lines.length - (change.end - change.start);
    at = change.end;
  }
  body += marked(' ', oldLines.slice(at, to));
  const size = to - from;
  return `@@ -${place(from, size)} +${place(from + shift, size + growth)} @@\n${body}`;
}

// A side without lines is numbered by the line before it.
function place(start: number, size: number): string {
  return `${size === 0 ? start : start + 1},${size}`;
}

function marked(mark: string, lines: readonly string[]): string {
  return lines
    .map((line) => (line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`))
    .join('');
}

/** Git writes a path with quotes, backslashes or control characters as a C string. */
function quoted(path: string): string {
  const special = /["\\]|\p{Cc}/u;
  if (!special.test(path)) return path;
  const bytes = [...Buffer.from(path)].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte < 0x20 || byte >= 0x7f ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  });
  return `"${bytes.join('')}"`;
}

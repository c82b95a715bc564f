import type { FileChange } from '@headroom/workspace';
import { codeLanguageOf } from './code.language.js';
import { normalizedCode } from './code.text.js';
import type { FunctionView } from './function.view.js';
import type { RepositoryReader } from './repository.reader.js';

/** A commit that a line has its text from. */
export interface LineWriter {
  commit: string;
  /** False where it edited a line that was there. */
  inserted: boolean;
}

const MAX_EDITS = 6;

/**
 * For each line of a function the candidates that it has its text from, newest first: a line that one commit adds and a later one edits
 * has two. Lines that no candidate wrote are left out. `until`: a commit that no candidate is older than.
 */
export async function lineWriters(
  reader: RepositoryReader,
  view: FunctionView,
  { candidates, until }: { candidates: ReadonlySet<string>; until?: string | undefined },
): Promise<Map<number, LineWriter[]>> {
  const writers = new Map<number, LineWriter[]>();
  for (const [line, commit] of view.writers) {
    if (!candidates.has(commit)) continue;
    writers.set(line, await writersOf(reader, view.file.lines[line - 1] ?? '', commit, { candidates, until }));
  }
  return writers;
}

async function writersOf(
  reader: RepositoryReader,
  line: string,
  newest: string,
  { candidates, until }: { candidates: ReadonlySet<string>; until: string | undefined },
): Promise<LineWriter[]> {
  const writers: LineWriter[] = [];
  const texts: (string | undefined)[] = [line];
  let [text, commit] = [line, newest];
  while (writers.length < MAX_EDITS && candidates.has(commit)) {
    const origin = originOf((await reader.changesOf(commit)).files, text);
    writers.push({ commit, inserted: origin === undefined });
    texts.push(origin?.text);
    const parent = origin && (await reader.parentOf(commit));
    if (!origin || parent === undefined) break;
    const before = await reader.writers(parent, origin.path, origin.line, origin.line, until);
    const next = before.get(origin.line);
    if (next === undefined) break;
    [text, commit] = [origin.text, next];
  }
  return writers.slice(0, stateLike(texts));
}

/**
 * The newest state of a line that equals its oldest: the edits between the two took each other back, as a change and its revert do.
 * `texts`: newest first; undefined where there was no line.
 */
function stateLike(texts: readonly (string | undefined)[]): number {
  const oldest = texts.at(-1)?.trim();
  return oldest === undefined ? texts.length - 1 : texts.findIndex((text) => text?.trim() === oldest);
}

interface Origin {
  path: string;
  line: number;
  text: string;
}

/** The line that a line was made from; undefined where it is new. */
function originOf(files: readonly FileChange[], text: string): Origin | undefined {
  for (const { hunks, path, oldPath } of files) {
    const hunk = hunks.find(({ added }) => added.some((line) => line.trim() === text.trim()));
    if (!hunk || oldPath === undefined) continue;
    const normalized = (lines: readonly string[]): string => normalizedCode(lines.join('\n'), codeLanguageOf(path));
    const same = normalized(hunk.added) === normalized(hunk.removed);
    const likeness = hunk.removed.map((line) => likenessOf(text, line, same));
    const best = Math.max(...likeness, 0);
    if (best < 0.6) return undefined;
    const at = likeness.indexOf(best);
    return { path: oldPath, line: hunk.oldStart + at, text: hunk.removed[at]! };
  }
  return undefined;
}

/** Words that two lines share, as a part of the longer one; of `text` alone where both belong to the same code in another layout. */
function likenessOf(text: string, other: string, same: boolean): number {
  const words = (line: string): Set<string> => new Set(line.match(/[\w$]+/g));
  const [left, right] = [words(text), words(other)];
  const shared = [...left].filter((word) => right.has(word)).length;
  const size = same ? left.size : Math.max(left.size, right.size);
  return size === 0 ? 0 : shared / size;
}

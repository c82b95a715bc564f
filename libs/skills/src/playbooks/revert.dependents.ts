import { basename, dirname } from 'node:path/posix';
import { isSourcePath, listSymbols, symbolAt, symbolText } from '@headroom/source';
import { changedFiles, type ChangedFile } from '../matching/changed.files.js';
import { codeOf, languageFamily, type LanguageFamily } from '../matching/code.lines.js';
import type { PlaybookInput, RevertAttempt, RevertPort, WordPlace } from './playbook.js';

/** A name that a revert takes away and that code still uses. */
export interface Dependent {
  readonly name: string;
  readonly path: string;
  /** 1-based, in the tree that the revert makes. */
  readonly line: number;
}

/** A name that a revert takes away. */
interface Removed {
  readonly name: string;
  readonly path: string;
  /** Its function, for a name that no other function can see. */
  readonly within?: string;
}

const DECLARATION =
  /(?<![\w.$])(?:(?:const|let|var|function\*?|class|interface|type|enum|struct|def|record)\s+|func\s+(?:\([^)]*\)\s*)?)([\p{L}_$][\w$]*)/gu;
const METHOD =
  /^\s+(?:(?:public|private|protected|static|async|override|readonly|final|abstract|get|set|synchronized)\s+)*(?:[\w<>[\],.?]+\s+)?([\p{L}_$#][\w$]*)\s*\([^;]*\{\s*$/u;
const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'return', 'function', 'with', 'constructor', 'else']);

/**
 * What would break without showing as a conflict: names that the commit brought and that code written since uses. Reads text, so it
 * may name a use that is none; it is there to refuse.
 */
export async function dependentsOf(
  { patch, tree }: Extract<RevertAttempt, { status: 'clean' }>,
  { input, port }: { input: PlaybookInput; port: RevertPort },
): Promise<Dependent[]> {
  const files = changedFiles(patch);
  const removed = (await Promise.all(files.map((file) => removedNames(file, input)))).flat();
  const lost = files.filter(({ path, added }) => added.length === 0 && isWholeFile(path, patch));
  const words = [...new Set([...removed.map(({ name }) => name), ...lost.map(({ path }) => stemOf(path))])];
  const places = (await port.findWords(tree, words)).filter(({ path }) => languageFamily(path) !== undefined);
  const found: Dependent[] = [];
  for (const one of removed) {
    const holding = places.filter((place) => holds(place, one.name));
    if (holding.some((place) => place.path === one.path && declaredIn(place.text).includes(one.name))) continue;
    for (const place of holding) {
      if (await reaches(place, one, input)) found.push({ name: one.name, path: place.path, line: place.line });
    }
  }
  for (const { path } of lost) {
    const uses = places.filter(({ text }) => imports(text, stemOf(path)));
    found.push(...uses.map((place) => ({ name: path, path: place.path, line: place.line })));
  }
  return found;
}

async function removedNames({ path, added, removed }: ChangedFile, input: PlaybookInput): Promise<Removed[]> {
  const family = languageFamily(path);
  if (!family) return [];
  const names = (lines: readonly string[]) =>
    codeOf(lines, family).flatMap(({ line }) => declaredIn(line).map((name) => ({ name, line })));
  const kept = new Set(names(added).map(({ name }) => name));
  const gone = names(removed).filter(({ name }) => name.length > 1 && !kept.has(name));
  const base = await input.readFile(path);
  return gone.map(({ name, line }) => {
    const within = isLocal(line, family) ? functionAround(base ?? '', path, line) : undefined;
    return { name, path, ...(within !== undefined && { within }) };
  });
}

function declaredIn(line: string): string[] {
  const names = [...line.matchAll(DECLARATION)].map((match) => match[1]!);
  const method = METHOD.exec(line)?.[1];
  return method !== undefined && !CONTROL.has(method) ? [...names, method] : names;
}

/** Whether what is declared on the line is a variable in a function. */
function isLocal(line: string, family: LanguageFamily): boolean {
  return /^\s/.test(line) && (family === 'java' || /^\s+(?:const|let|var)\s/.test(line));
}

/** Text of the function in which the line stands on the base. */
function functionAround(source: string, path: string, line: string): string | undefined {
  if (!isSourcePath(path)) return undefined;
  const at = source.split('\n').findIndex((one) => one.includes(line.trim()));
  const symbol =
    at < 0 ? undefined : symbolAt(listSymbols(source, path), at + 1, line.length - line.trimStart().length);
  return symbol && symbolText(source, symbol);
}

async function reaches(place: WordPlace, { path, within }: Removed, input: PlaybookInput): Promise<boolean> {
  if (within !== undefined) return place.path === path && within.includes(place.text.trim());
  if (place.path === path || dirname(place.path) === dirname(path)) return true;
  return ((await input.readFile(place.path)) ?? '').includes(stemOf(path));
}

function holds({ path, text }: WordPlace, name: string): boolean {
  const [code] = codeOf([text], languageFamily(path)!);
  return (
    code !== undefined && new RegExp(`(?<![\\w$])${name.replaceAll('$', String.raw`\$`)}(?![\\w$])`).test(code.line)
  );
}

function imports(text: string, stem: string): boolean {
  return (
    /\b(?:import|require|from|include)\b/.test(text) && new RegExp(`["'/.]${stem.replaceAll(/\W/g, '.')}\\b`).test(text)
  );
}

function isWholeFile(path: string, patch: string): boolean {
  return patch.includes(`--- a/${path}\n+++ /dev/null\n`);
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '');
}

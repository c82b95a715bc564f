import { basename, dirname } from 'node:path/posix';
import { isSourcePath, listSymbols, symbolAt, symbolText } from '@headroom/source';
import { parsePatch, type PatchedFile } from '@headroom/workspace';
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
  /** Its file in the tree that the revert makes. */
  readonly path: string;
  /** Its file on the base. */
  readonly basePath: string;
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
  const touched = parsePatch(patch).files;
  const removed = await removedNames(patch, touched, input);
  const lost = await lostFiles(touched, input);
  const modules = [...removed.map(({ basePath }) => basePath), ...lost.map(basePathOf)].map(moduleOf);
  const words = [...new Set([...removed.map(({ name }) => name), ...modules])];
  const places = (await port.findWords(tree, words)).filter(({ path }) => languageFamily(path) !== undefined);
  const found: Dependent[] = [];
  for (const one of removed) {
    const holding = places.filter((place) => holds(place, one.name));
    if (holding.some((place) => place.path === one.path && declaredIn(place.text).includes(one.name))) continue;
    const modulesOfIt = [moduleOf(one.basePath), ...passedOnBy(one.basePath, places)];
    for (const place of holding) {
      if (await reaches(place, one, { modules: modulesOfIt, input })) {
        found.push({ name: one.name, path: place.path, line: place.line });
      }
    }
  }
  for (const file of lost) {
    const uses = places.filter((place) => needs(place, file));
    found.push(...uses.map(({ path, line }) => ({ name: basePathOf(file), path, line })));
  }
  return found;
}

/** Files of the base that are not where they were; none of a package of Go of which others stay. */
async function lostFiles(touched: readonly PatchedFile[], input: PlaybookInput): Promise<PatchedFile[]> {
  const lost = touched.filter(({ status }) => status === 'deleted' || status === 'renamed');
  const paths = new Set(lost.map(basePathOf));
  const stays = ((await input.listFiles?.()) ?? []).filter((path) => path.endsWith('.go') && !paths.has(path));
  const packages = new Set(stays.map((path) => dirname(path)));
  return lost.filter((file) => languageFamily(basePathOf(file)) !== 'go' || !packages.has(dirname(basePathOf(file))));
}

function basePathOf({ path, oldPath = path }: PatchedFile): string {
  return oldPath;
}

async function removedNames(patch: string, touched: readonly PatchedFile[], input: PlaybookInput): Promise<Removed[]> {
  const basePaths = new Map(touched.map((file) => [file.path, basePathOf(file)]));
  const files = changedFiles(patch).map((file) => namesGone(file, basePaths.get(file.path) ?? file.path, input));
  return (await Promise.all(files)).flat();
}

async function namesGone(
  { path, added, removed }: ChangedFile,
  basePath: string,
  input: PlaybookInput,
): Promise<Removed[]> {
  const family = languageFamily(path);
  if (!family) return [];
  const names = (lines: readonly string[]) =>
    codeOf(lines, family).flatMap(({ line }) => declaredIn(line).map((name) => ({ name, line })));
  const kept = new Set(names(added).map(({ name }) => name));
  const gone = names(removed).filter(({ name }) => name.length > 1 && !kept.has(name));
  const base = await input.readFile(basePath);
  return gone.map(({ name, line }) => {
    const within = isLocal(line, family) ? functionAround(base ?? '', basePath, line) : undefined;
    return { name, path, basePath, ...(within !== undefined && { within }) };
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

/** @param about.modules names by which other files import the one of the name */
async function reaches(
  place: WordPlace,
  { path, within }: Removed,
  { modules, input }: { modules: readonly string[]; input: PlaybookInput },
): Promise<boolean> {
  if (within !== undefined) return place.path === path && within.includes(place.text.trim());
  if (place.path === path || dirname(place.path) === dirname(path)) return true;
  const text = (await input.readFile(place.path)) ?? '';
  return modules.some((module) => text.includes(module));
}

/** Modules that pass on what a file exports: `export … from './price.js'`, or an import of a package's `__init__.py`. */
function passedOnBy(path: string, places: readonly WordPlace[]): string[] {
  const passing = places.filter(({ path: at, text }) => {
    const passesOn = basename(at) === '__init__.py' ? /\bimport\b/ : /\bexport\b.*\bfrom\b/;
    return passesOn.test(text) && imports({ path: at, text }, moduleOf(path));
  });
  return [...new Set(passing.map((place) => moduleOf(place.path)))];
}

/** Whether a line imports a file that the revert takes away, or brings back to where it was before. */
function needs(place: WordPlace, { path, oldPath = path, status }: PatchedFile): boolean {
  if (place.path === path || !imports(place, moduleOf(oldPath))) return false;
  if (status !== 'renamed' || moduleOf(oldPath) !== moduleOf(path)) return true;
  // Moved under the same name: only the folder tells which of the two is meant.
  const folder = basename(dirname(oldPath));
  return (
    dirname(place.path) === dirname(oldPath) || place.text.includes(`${folder}/`) || place.text.includes(`${folder}.`)
  );
}

function holds({ path, text }: WordPlace, name: string): boolean {
  const [code] = codeOf([text], languageFamily(path)!);
  return (
    code !== undefined && new RegExp(`(?<![\\w$])${name.replaceAll('$', String.raw`\$`)}(?![\\w$])`).test(code.line)
  );
}

function imports({ path, text }: Pick<WordPlace, 'path' | 'text'>, module: string): boolean {
  const name = `${module.replaceAll(/\W/g, '.')}(?!\\w)`;
  const family = languageFamily(path);
  if (family === 'go') return new RegExp(`^\\s*(?:import\\s+)?(?:[\\w.]+\\s+)?"(?:[^"]*/)?${name}"`).test(text);
  const words = family === 'python' ? /\b(?:import|from)\b/ : /\b(?:import|require|from|include)\b/;
  const before = family === 'python' ? '[\\s.,(]' : '["\'/.]';
  return words.test(text) && new RegExp(before + name).test(text);
}

/** The name by which other files import a file: a package of Go is its folder, and so is an `index.ts`. */
function moduleOf(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, '');
  const isFolder = languageFamily(path) === 'go' || stem === 'index' || stem === '__init__';
  return (isFolder && basename(dirname(path)).replace(/^\.$/, '')) || stem;
}

import { isSourcePath, symbolText, type SourceSymbol } from '@headroom/source';
import type { CommitInfo, DiffHunk, FileChange } from '@headroom/workspace';
import { importedNames, isImport } from './code.imports.js';
import { codeLanguageOf, pathOfId, type CodeLanguage } from './code.language.js';
import { normalizedCode, scanCode } from './code.text.js';
import { definedNames, isGuard, isLoopHeader } from './code.words.js';
import { calledName } from './function.names.js';
import { linesFrom } from './line.map.js';
import { symbolsOfLine, type RepositoryReader, type SourceFile } from './repository.reader.js';

/** Code that a commit took away from a function, or rewrote. */
export interface Removal {
  /** Line of the file after the commit before which the code stood. */
  line: number;
  /** How many lines that decide whether work is done went; 0 = as many came as went. */
  guards: number;
}

/** A function of a commit. */
export interface SymbolPlace {
  commit: string;
  path: string;
  name: string;
}

/** What a commit did to one function. */
export interface SymbolEffect {
  /** `path:name` after the commit (before it, for a function that is gone). */
  id: string;
  path: string;
  removals: readonly Removal[];
  /** Loops more than before. */
  loopsAdded: number;
  /** Lines after the commit on which only numbers or truth values changed. */
  literals: readonly number[];
  /** Where it was before; absent where it is new. */
  before?: SymbolPlace;
  /** Where it is after; absent where it is gone. */
  after?: SymbolPlace;
}

/** Versions as they are written; null where a side has none. */
export interface PackageChange {
  from: string | null;
  to: string | null;
}

/** What a commit did, as far as code can tell. Changes of blanks, comments and the like are left out. */
export interface CommitEffect {
  /** By id. */
  symbols: ReadonlyMap<string, SymbolEffect>;
  /** Names that code outside of functions gives a value to, on changed lines, with the file. */
  definitions: ReadonlyMap<string, string>;
  /** Functions that were only moved or renamed: id before → id after. They are in none of the other lists. */
  moves: ReadonlyMap<string, string>;
  /** Names that these functions, and values of the same text, go by: before → after. */
  renames: ReadonlyMap<string, string>;
  /** Packages whose version a manifest or lockfile changed. */
  packages: ReadonlyMap<string, PackageChange>;
  files: readonly string[];
  /** The change was too large to be read. */
  tooLarge: boolean;
}

const MANIFEST =
  /(?:^|\/)(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.mod|requirements[\w.-]*\.txt|constraints\.txt)$/;

/** Reads what a commit changed, function by function. */
export async function effectOf(reader: RepositoryReader, info: CommitInfo): Promise<CommitEffect> {
  const { files, tooLarge } = await reader.changesOf(info.commit);
  const into: Readings = {
    symbols: new Map(),
    definitions: new Set(),
    texts: new Map(),
    moves: new Map(),
    renames: new Map(),
  };
  const packages = new Map<string, PackageChange>();
  for (const file of files) {
    if (MANIFEST.test(file.path)) addPackages(packages, file);
    if (!isSourcePath(file.path)) continue;
    await readFileEffect(reader, info, file, into);
  }
  withoutMoves(into);
  withoutRenames(into);
  return {
    symbols: into.symbols,
    definitions: new Map([...into.definitions].map(({ name, path }) => [name, path])),
    moves: into.moves,
    renames: into.renames,
    packages,
    files: files.map((file) => file.path),
    tooLarge,
  };
}

function addPackages(packages: Map<string, PackageChange>, file: FileChange): void {
  const read = file.path.endsWith('go.mod') ? goModuleOf : file.path.endsWith('.txt') ? pythonPackageOf : packageOf;
  const versions = (lines: readonly string[]): Map<string, string> => new Map(lines.flatMap(read));
  for (const { removed, added } of file.hunks) {
    const [before, after] = [versions(removed), versions(added)];
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const known = packages.get(name);
      const change = { from: before.get(name) || known?.from || null, to: after.get(name) || known?.to || null };
      if (before.get(name) !== after.get(name)) packages.set(name, change);
    }
  }
}

const FIELDS = new Set(['version', 'resolved', 'integrity', 'resolution']);

/** What a package asks of the program that runs it: `engines` of a manifest. */
const ENGINES = new Set(['node', 'npm', 'pnpm', 'yarn', 'vscode']);

/** Package and version of a line of a manifest or lockfile; the version is empty where another line has it. */
function packageOf(line: string): [string, string][] {
  const archive = /\/((?:@[^/\s]+\/)?[^/\s]+)\/-\/[^"\s]*?-(\d[^"\s]*?)\.tgz/.exec(line);
  if (archive) return [[archive[1]!, archive[2]!]];
  const entry =
    /^\s*["']?(?:\/|node_modules\/)?((?:@[\w.-]+\/)?[\w.-]+)(?:@[^"':]*)?["']?\s*:\s*(?:["']([^"']*)["'])?/.exec(line);
  return !entry || FIELDS.has(entry[1]!) || ENGINES.has(entry[1]!) ? [] : [[entry[1]!, entry[2] ?? '']];
}

/** `require example.com/sum v1.2.3`, or the same line of a block. A major version is a part of the module's name. */
function goModuleOf(line: string): [string, string][] {
  const [, name, version] = /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v(\S+)/.exec(line) ?? [];
  return name === undefined ? [] : [[name, version!]];
}

/** `requests[socks]==2.31.0 ; …`, by the name of its folder, which most packages share. */
function pythonPackageOf(line: string): [string, string][] {
  const [, name, version] = /^\s*([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:[=~<>!]=?=?\s*([\w.*+!-]+))?/.exec(line) ?? [];
  return name === undefined ? [] : [[name.toLowerCase().replaceAll('-', '_'), version ?? '']];
}

interface Readings {
  symbols: Map<string, SymbolEffect>;
  definitions: Set<Definition>;
  /** Own text of each symbol on both sides. */
  texts: Map<string, { old: string | undefined; now: string | undefined }>;
  moves: Map<string, string>;
  renames: Map<string, string>;
}

/** A name that a changed line outside of functions gives a value to. */
interface Definition {
  name: string;
  path: string;
  side: 'before' | 'after';
  /** The line. */
  text: string;
}

interface Side {
  commit: string;
  path: string;
  file: SourceFile;
}

interface Sides {
  before: Side | undefined;
  after: Side | undefined;
}

/** Kinds of symbols whose own lines lie outside of functions. */
const OUTSIDE: ReadonlySet<SourceSymbol['kind']> = new Set(['module', 'class']);

async function readFileEffect(
  reader: RepositoryReader,
  info: CommitInfo,
  change: FileChange,
  into: Readings,
): Promise<void> {
  const before = await sideOf(reader, info.parents[0], change.status === 'added' ? undefined : change.oldPath);
  const after = await sideOf(reader, info.commit, change.status === 'deleted' ? undefined : change.path);
  const hunksByName = new Map<string, HunkEffect[]>();
  const language = codeLanguageOf(change.path);
  const normalized = (text: string): string => normalizedCode(text, language);
  for (const hunk of change.hunks) {
    // A hunk that only moves blanks or comments does nothing.
    if (normalized(hunk.added.join('\n')) === normalized(hunk.removed.join('\n'))) continue;
    const effect = hunkEffect(hunk, change.path, { before, after });
    for (const name of namesOf(hunk, before?.file, after?.file)) {
      const known = hunksByName.get(name);
      if (known) known.push(effect);
      else hunksByName.set(name, [effect]);
    }
  }
  for (const [name, hunks] of hunksByName) {
    const [old, now] = [before?.file.index.named(name), after?.file.index.named(name)];
    const texts = {
      old: old && before && ownText(before.file, old),
      now: now && after && ownText(after.file, now),
    };
    if (texts.old !== undefined && texts.now !== undefined && normalized(texts.old) === normalized(texts.now)) {
      continue;
    }
    const id = `${change.path}:${name}`;
    into.texts.set(id, texts);
    into.symbols.set(id, {
      id,
      path: change.path,
      removals: hunks.flatMap((hunk) => hunk.removals()),
      loopsAdded: loopsOf(texts.now, language) - loopsOf(texts.old, language),
      literals: joined(hunks.map((hunk) => hunk.literals())),
      ...(old && before ? { before: { commit: before.commit, path: before.path, name } } : {}),
      ...(now && after ? { after: { commit: after.commit, path: after.path, name } } : {}),
    });
    if (OUTSIDE.has((now ?? old!).kind)) {
      for (const defined of hunks.flatMap((hunk) => hunk.definitions())) into.definitions.add(defined);
    }
  }
}

/** What a hunk says by itself, each thing found out once: a hunk of generated code belongs to thousands of functions. */
interface HunkEffect {
  removals(): readonly Removal[];
  literals(): readonly number[];
  definitions(): readonly Definition[];
}

function hunkEffect(hunk: DiffHunk, path: string, sides: Sides): HunkEffect {
  return {
    removals: once(() => (hunk.removed.length > 0 ? [removalOf(hunk, codeLanguageOf(path))] : [])),
    literals: once(() =>
      changesOnlyLiterals(hunk, codeLanguageOf(path)) ? linesFrom(hunk.newStart, hunk.newLines) : [],
    ),
    definitions: once(() => definitionsOf(hunk, path, sides)),
  };
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** All lists as one; a single one stays the same list. */
function joined(lists: readonly (readonly number[])[]): readonly number[] {
  const filled = lists.filter((list) => list.length > 0);
  return filled.length === 1 ? filled[0]! : filled.flat();
}

/** Leaves out functions that were only moved to another file, or only got another name. */
function withoutMoves(into: Readings): void {
  const gone = new Map<string, SymbolEffect[]>();
  for (const symbol of [...into.symbols.values()].filter(({ before, after }) => before && !after)) {
    const text = namelessText(into.texts.get(symbol.id)?.old, symbol.id);
    const same = gone.get(text);
    if (same) same.push(symbol);
    else gone.set(text, [symbol]);
  }
  if (gone.size === 0) return;
  for (const added of [...into.symbols.values()].filter(({ before, after }) => after && !before)) {
    const source = gone.get(namelessText(into.texts.get(added.id)?.now, added.id))?.shift();
    if (!source) continue;
    into.moves.set(source.id, added.id);
    into.symbols.delete(added.id);
    into.symbols.delete(source.id);
    // A name that stays is among them: that others import it from elsewhere gives them no other value.
    into.renames.set(calledName(source.id), calledName(added.id));
  }
}

/** Leaves out values that only got another name, and the names of functions that only did. */
function withoutRenames({ definitions, renames }: Readings): void {
  const before = new Map<string, string>();
  for (const { name, side, text, path } of definitions) {
    if (side === 'before') before.set(anonymous(name, renamedText(text, renames), path), name);
  }
  for (const { name, side, text, path } of definitions) {
    const was = side === 'after' ? before.get(anonymous(name, text, path)) : undefined;
    if (was !== undefined && was !== name) renames.set(was, name);
  }
  const renamed = new Set([...renames].flat());
  for (const defined of definitions) if (renamed.has(defined.name)) definitions.delete(defined);
}

function anonymous(name: string, text: string, path: string): string {
  return normalizedCode(renamedText(text, new Map([[name, '']])), codeLanguageOf(path));
}

function namelessText(text: string | undefined, id: string): string {
  return anonymous(calledName(id), text ?? '', pathOfId(id));
}

/** A text in which identifiers go by their new names. */
export function renamedText(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/[A-Za-z_$][\w$]*/g, (name) => names.get(name) ?? name);
}

function changesOnlyLiterals({ added, removed }: DiffHunk, language: CodeLanguage): boolean {
  const plain = (lines: readonly string[]): string =>
    normalizedCode(lines.join('\n'), language).replaceAll(/(?<![\w$])(?:\d[\w.]*|[Tt]rue|[Ff]alse)/g, '#');
  return removed.length > 0 && plain(added) === plain(removed);
}

async function sideOf(
  reader: RepositoryReader,
  commit: string | undefined,
  path: string | undefined,
): Promise<Side | undefined> {
  if (commit === undefined || path === undefined) return undefined;
  const file = await reader.source(commit, path);
  return file && { commit, path, file };
}

/** Names of the innermost functions that a hunk touches, on either side. */
function namesOf(hunk: DiffHunk, before: SourceFile | undefined, after: SourceFile | undefined): Set<string> {
  const names = new Set<string>();
  const add = (file: SourceFile | undefined, start: number, count: number): void => {
    if (!file) return;
    for (const line of linesFrom(start, count)) {
      for (const symbol of symbolsOfLine(file, line)) names.add(symbol.name);
    }
  };
  add(before, hunk.oldStart, hunk.oldLines);
  add(after, hunk.newStart, hunk.newLines);
  return names;
}

/** Text of a symbol without the symbols that are nested in it. */
export function ownText(file: SourceFile, symbol: SourceSymbol): string {
  const text = symbolText(file.text, symbol);
  const base = symbol.start.offset;
  // From the end on: in front of `front` the text is still whole, what is kept behind it stands in `rest`, the last piece first.
  let front = text.length;
  const rest: string[] = [];
  let kept = 0;
  const drop = (count: number): void => {
    for (let left = count; left > 0 && rest.length > 0;) {
      const piece = rest.pop()!;
      if (piece.length > left) rest.push(piece.slice(left));
      kept -= Math.min(left, piece.length);
      left -= piece.length;
    }
  };
  for (const one of file.index.within(symbol).sort((a, b) => b.start.offset - a.start.offset)) {
    const [start, end] = [one.start.offset - base, one.end.offset - base];
    if (end > front + kept) continue;
    if (end > front) drop(end - front);
    else if (end < front) {
      rest.push(text.slice(end, front));
      kept += front - end;
    }
    front = start;
  }
  return text.slice(0, front) + rest.reverse().join('');
}

function removalOf(hunk: DiffHunk, language: CodeLanguage): Removal {
  const count = (lines: readonly string[]): number =>
    bareLines(lines.join('\n'), language).filter((line) => isGuard(line, language)).length;
  // A hunk without new lines names the line before it.
  return {
    line: hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart,
    guards: count(hunk.removed) - count(hunk.added),
  };
}

function loopsOf(text: string | undefined, language: CodeLanguage): number {
  return text === undefined ? 0 : bareLines(text, language).filter((line) => isLoopHeader(line, language)).length;
}

function bareLines(text: string, language: CodeLanguage): string[] {
  return scanCode(text, language).bare.split('\n');
}

/** Names that a hunk gives another value to, outside of functions. An import does when it takes the name from elsewhere than before. */
function definitionsOf(
  { oldStart, newStart, removed, added }: DiffHunk,
  path: string,
  { before, after }: Sides,
): Definition[] {
  const language = codeLanguageOf(path);
  const [old, now] = [importedNames(removed, language), importedNames(added, language)];
  const written = (lines: readonly string[], start: number, file: Side | undefined, side: Definition['side']) =>
    bareLines(lines.join('\n'), language).flatMap((bare, index) => {
      const isOutside = file && symbolsOfLine(file.file, start + index).some(({ kind }) => OUTSIDE.has(kind));
      if (!isOutside || isImport(lines[index] ?? '', language)) return [];
      return definedNames(bare, language).map((name): Definition => ({ name, path, side, text: lines[index] ?? '' }));
    });
  return [
    ...[...now]
      .filter(([name, from]) => old.has(name) && old.get(name) !== from)
      .map(([name, from]): Definition => ({ name, path, side: 'after', text: from })),
    ...written(added, newStart, after, 'after'),
    ...written(removed, oldStart, before, 'before'),
  ];
}

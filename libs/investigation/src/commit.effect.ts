import { isSourcePath, symbolText, type SourceSymbol } from '@headroom/source';
import type { CommitInfo, DiffHunk, FileChange } from '@headroom/workspace';
import { definedNames, identifiersOf, isGuard, isLoopHeader, normalizedCode, scanCode } from './code.text.js';
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
  removals: Removal[];
  /** Loops more than before. */
  loopsAdded: number;
  /** Lines after the commit on which only numbers or truth values changed. */
  literals: number[];
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

const MANIFEST = /(?:^|\/)(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

/** Reads what a commit changed, function by function. */
export async function effectOf(reader: RepositoryReader, info: CommitInfo): Promise<CommitEffect> {
  const { files, tooLarge } = await reader.changesOf(info.commit);
  const into: Readings = {
    symbols: new Map(),
    definitions: [],
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
  return {
    symbols: into.symbols,
    definitions: new Map(into.definitions.map(({ name, path }) => [name, path])),
    moves: into.moves,
    renames: into.renames,
    packages,
    files: files.map((file) => file.path),
    tooLarge,
  };
}

function addPackages(packages: Map<string, PackageChange>, file: FileChange): void {
  const versions = (lines: readonly string[]): Map<string, string> => new Map(lines.flatMap(packageOf));
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

/** Package and version of a line of a manifest or lockfile; the version is empty where another line has it. */
function packageOf(line: string): [string, string][] {
  const archive = /\/((?:@[^/\s]+\/)?[^/\s]+)\/-\/[^"\s]*?-(\d[^"\s]*?)\.tgz/.exec(line);
  if (archive) return [[archive[1]!, archive[2]!]];
  const entry =
    /^\s*["']?(?:\/|node_modules\/)?((?:@[\w.-]+\/)?[\w.-]+)(?:@[^"':]*)?["']?\s*:\s*(?:["']([^"']*)["'])?/.exec(line);
  return !entry || FIELDS.has(entry[1]!) ? [] : [[entry[1]!, entry[2] ?? '']];
}

interface Readings {
  symbols: Map<string, SymbolEffect>;
  definitions: Definition[];
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

async function readFileEffect(
  reader: RepositoryReader,
  info: CommitInfo,
  change: FileChange,
  into: Readings,
): Promise<void> {
  const before = await sideOf(reader, info.parents[0], change.status === 'added' ? undefined : change.oldPath);
  const after = await sideOf(reader, info.commit, change.status === 'deleted' ? undefined : change.path);
  // A hunk that only moves blanks or comments does nothing.
  const touched = change.hunks
    .filter((hunk) => normalizedCode(hunk.added.join('\n')) !== normalizedCode(hunk.removed.join('\n')))
    .map((hunk) => ({ hunk, names: namesOf(hunk, before?.file, after?.file) }));
  for (const name of new Set(touched.flatMap(({ names }) => [...names]))) {
    const [old, now] = [symbolNamed(before?.file, name), symbolNamed(after?.file, name)];
    const texts = {
      old: old && before && ownText(before.file, old),
      now: now && after && ownText(after.file, now),
    };
    if (texts.old !== undefined && texts.now !== undefined && normalizedCode(texts.old) === normalizedCode(texts.now)) {
      continue;
    }
    const hunks = touched.filter(({ names }) => names.has(name)).map(({ hunk }) => hunk);
    const id = `${change.path}:${name}`;
    into.texts.set(id, texts);
    into.symbols.set(id, {
      id,
      path: change.path,
      removals: hunks.filter((hunk) => hunk.removed.length > 0).map(removalOf),
      loopsAdded: loopsOf(texts.now) - loopsOf(texts.old),
      literals: hunks.filter(changesOnlyLiterals).flatMap((hunk) => linesFrom(hunk.newStart, hunk.newLines)),
      ...(old && before ? { before: { commit: before.commit, path: before.path, name } } : {}),
      ...(now && after ? { after: { commit: after.commit, path: after.path, name } } : {}),
    });
    const { kind } = now ?? old!;
    if (kind === 'module' || kind === 'class') {
      into.definitions.push(...hunks.flatMap((hunk) => definitionsOf(hunk, name, change.path, { before, after })));
    }
  }
}

/** Leaves out functions that were only moved to another file, or only got another name, and values that only got another name. */
function withoutMoves(into: Readings): void {
  const gone = [...into.symbols.values()].filter(({ before, after }) => before && !after);
  for (const added of [...into.symbols.values()].filter(({ before, after }) => after && !before)) {
    const text = namelessText(into.texts.get(added.id)?.now, added.id);
    const at = gone.findIndex(({ id }) => namelessText(into.texts.get(id)?.old, id) === text);
    if (at < 0) continue;
    into.moves.set(gone[at]!.id, added.id);
    for (const id of [added.id, gone[at]!.id]) {
      into.symbols.delete(id);
      // That others import it from elsewhere gives them no other value.
      into.definitions = into.definitions.filter(({ name }) => name !== calledName(id));
    }
    into.renames.set(calledName(gone[at]!.id), calledName(added.id));
    gone.splice(at, 1);
  }
  for (const made of into.definitions.filter(({ side }) => side === 'after')) {
    const was = into.definitions.find(
      (one) => one.side === 'before' && one.name !== made.name && isRenamed(one, made, into.renames),
    );
    if (was) into.renames.set(was.name, made.name);
  }
  const renamed = new Set([...into.renames].flat());
  into.definitions = into.definitions.filter(({ name }) => !renamed.has(name));
}

function isRenamed(was: Definition, made: Definition, renames: ReadonlyMap<string, string>): boolean {
  const renamed = renamedText(was.text, new Map([...renames, [was.name, made.name]]));
  return normalizedCode(renamed) === normalizedCode(made.text);
}

function namelessText(text: string | undefined, id: string): string {
  return renamedText(normalizedCode(text ?? ''), new Map([[calledName(id), '']]));
}

/** A text in which identifiers go by their new names. */
export function renamedText(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/[A-Za-z_$][\w$]*/g, (name) => names.get(name) ?? name);
}

function changesOnlyLiterals({ added, removed }: DiffHunk): boolean {
  const plain = (lines: readonly string[]): string =>
    normalizedCode(lines.join('\n')).replaceAll(/(?<![\w$])(?:\d[\w.]*|true|false)/g, '#');
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

function symbolNamed(file: SourceFile | undefined, name: string): SourceSymbol | undefined {
  return file?.symbols.find((symbol) => symbol.name === name);
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
  const nested = file.symbols.filter(
    (one) =>
      one !== symbol &&
      one.start.offset >= symbol.start.offset &&
      one.end.offset <= symbol.end.offset &&
      one.kind !== 'module',
  );
  let text = symbolText(file.text, symbol);
  const base = symbol.start.offset;
  for (const one of nested.sort((a, b) => b.start.offset - a.start.offset)) {
    const [start, end] = [one.start.offset - base, one.end.offset - base];
    if (end > text.length) continue;
    text = text.slice(0, start) + text.slice(end);
  }
  return text;
}

function removalOf(hunk: DiffHunk): Removal {
  const count = (lines: readonly string[]): number =>
    scanCode(lines.join('\n')).bare.split('\n').filter(isGuard).length;
  // A hunk without new lines names the line before it.
  return {
    line: hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart,
    guards: count(hunk.removed) - count(hunk.added),
  };
}

function loopsOf(text: string | undefined): number {
  return text === undefined ? 0 : scanCode(text).bare.split('\n').filter(isLoopHeader).length;
}

/** Names that a hunk gives another value to, outside of functions. An import does when it takes the name from elsewhere than before. */
function definitionsOf(
  { oldStart, newStart, removed, added }: DiffHunk,
  symbol: string,
  path: string,
  { before, after }: { before: Side | undefined; after: Side | undefined },
): Definition[] {
  const [old, now] = [importsOf(removed), importsOf(added)];
  const written = (lines: readonly string[], start: number, file: Side | undefined, side: Definition['side']) =>
    scanCode(lines.join('\n'))
      .bare.split('\n')
      .flatMap((bare, index) => {
        const isOutside = file && symbolsOfLine(file.file, start + index).some(({ name }) => name === symbol);
        if (!isOutside || isImport(bare)) return [];
        return definedNames(bare).map((name): Definition => ({ name, path, side, text: lines[index] ?? '' }));
      });
  return [
    ...[...now]
      .filter(([name, from]) => old.has(name) && old.get(name) !== from)
      .map(([name, from]): Definition => ({ name, path, side: 'after', text: from })),
    ...written(added, newStart, after, 'after'),
    ...written(removed, oldStart, before, 'before'),
  ];
}

function importsOf(lines: readonly string[]): Map<string, string> {
  const imports = lines.filter(isImport).flatMap((line) => {
    const from = /['"]([^'"]+)['"]\s*;?\s*$/.exec(line)?.[1] ?? '';
    return [...identifiersOf(scanCode(line).bare)].map((name) => [name, from] as const);
  });
  return new Map(imports);
}

function isImport(line: string): boolean {
  return /^\s*import\b/.test(line);
}

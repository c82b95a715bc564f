import { posix } from 'node:path';
import { callsWithin, type SourceSymbol } from '@headroom/source';
import { filesOfImport, importName, importTargets, isFolderScoped } from './code.imports.js';
import { codeLanguageOf, type CodeLanguage } from './code.language.js';
import { scanCode } from './code.text.js';
import { definedNames, identifiersOf, indentOf, isLoopHeader } from './code.words.js';
import { calledName } from './function.names.js';
import { linesFrom } from './line.map.js';
import type { RepositoryReader, SourceFile } from './repository.reader.js';

/** A line that decides whether, or how often, another one runs. */
export interface HeaderLine {
  line: number;
  loop: boolean;
}

/** Where in a function something happens. */
export interface Site {
  /** Lines of the expression itself. */
  lines: readonly number[];
  headers: readonly HeaderLine[];
  /** Names that the lines use, and those that these are made from. */
  names: ReadonlySet<string>;
  /** Lines of the function above that give these names a value. */
  sources: readonly number[];
  /** Text of the call, where it is one. */
  call?: string;
}

/** A function as it stands at a commit, with who wrote its lines. */
export interface FunctionView {
  id: string;
  path: string;
  language: CodeLanguage;
  name: string;
  symbol: SourceSymbol;
  file: SourceFile;
  /** Lines of the file without comments and strings; index 0 is line 1. */
  bare: readonly string[];
  /** Line → commit that gave it its text. */
  writers: ReadonlyMap<number, string>;
  /** Files that can be reached by two imports, without extension; its own included. */
  reachable: ReadonlySet<string>;
}

/**
 * Reads a function of a commit; undefined where the commit has none of that name. Lines older than `until` belong to it.
 */
export async function viewFunction(
  reader: RepositoryReader,
  commit: string,
  id: string,
  until?: string,
): Promise<FunctionView | undefined> {
  const colon = id.indexOf(':');
  if (colon < 0) return undefined;
  const [path, name] = [id.slice(0, colon), id.slice(colon + 1)];
  const file = await reader.source(commit, path);
  const symbol = file?.index.named(name);
  if (!file || !symbol) return undefined;
  return {
    id,
    path,
    language: codeLanguageOf(path),
    name,
    symbol,
    file,
    bare: scanCode(file.text, codeLanguageOf(path)).bare.split('\n'),
    writers: await reader.writers(commit, path, symbol.start.line, symbol.end.line, until),
    reachable: await reachableFrom(reader, commit, path),
  };
}

/** Whether code of a file can be used by a function without going through more than two imports. */
export function isReachable(view: FunctionView, path: string): boolean {
  if (view.reachable.has(importName(path))) return true;
  return isFolderScoped(view.path) && posix.dirname(view.path) === posix.dirname(path);
}

async function reachableFrom(reader: RepositoryReader, commit: string, path: string): Promise<Set<string>> {
  const reached = new Set([importName(path)]);
  let edge = [path];
  for (let depth = 0; depth < 2; depth++) {
    const next: string[] = [];
    for (const from of edge) {
      const file = await firstSource(reader, commit, filesOfImport(from, path));
      for (const target of file ? importTargets(file.text, file.path) : []) {
        if (reached.has(target) || reached.size > 300) continue;
        reached.add(target);
        next.push(target);
      }
    }
    edge = next;
  }
  return reached;
}

async function firstSource(
  reader: RepositoryReader,
  commit: string,
  paths: readonly string[],
): Promise<{ path: string; text: string } | undefined> {
  for (const path of paths) {
    const file = await reader.source(commit, path);
    if (file) return { path, text: file.text };
  }
  return undefined;
}

/** The places where a function calls another one, or at least names it. */
export function sitesOfCall(view: FunctionView, callee: string): Site[] {
  const name = calledName(callee);
  const calls = callsWithin(view.file.text, view.path, view.name).filter(
    (call) => call.name.replace(/^#/, '') === name,
  );
  if (calls.length > 0) {
    return calls.map((call) => {
      // A call that spans many lines holds a function: only its head is the call.
      const last = call.end.line - call.start.line < 8 ? call.end.line : call.line;
      const text = view.file.text.slice(call.start.offset, call.end.offset);
      return siteOf(view, linesFrom(call.start.line, last - call.start.line + 1), text);
    });
  }
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return [];
  const word = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);
  return linesOf(view)
    .filter((line) => line > view.symbol.start.line && word.test(view.bare[line - 1] ?? ''))
    .map((line) => siteOf(view, [line]));
}

/** Lines of a function. */
export function linesOf(view: FunctionView): number[] {
  return linesFrom(view.symbol.start.line, view.symbol.end.line - view.symbol.start.line + 1);
}

/** Puts together what stands around lines of a function. */
export function siteOf(view: FunctionView, lines: readonly number[], call?: string): Site {
  const headers = headersOf(view, lines[0]!);
  const names = new Set<string>();
  const add = (line: number): void => {
    for (const name of identifiersOf(view.bare[line - 1] ?? '', view.language)) names.add(name);
  };
  for (const line of [...lines, ...headers.map((header) => header.line)]) add(line);
  const sources = new Set<number>();
  for (let hop = 0; hop < 2; hop++) {
    const known = new Set(names);
    for (const line of linesOf(view)) {
      if (line >= lines[0]! || sources.has(line)) continue;
      if (!definedNames(view.bare[line - 1] ?? '', view.language).some((name) => known.has(name))) continue;
      sources.add(line);
      add(line);
    }
  }
  return { lines, headers, names, sources: [...sources], ...(call === undefined ? {} : { call }) };
}

/** Lines above that a line is nested in, by indentation, up to the head of the function. */
function headersOf(view: FunctionView, line: number): HeaderLine[] {
  const headers: HeaderLine[] = [];
  let indent = indentOf(view.bare[line - 1] ?? '') ?? 0;
  for (let above = line - 1; above > view.symbol.start.line; above--) {
    const text = view.bare[above - 1] ?? '';
    const width = indentOf(text);
    if (width === undefined || width >= indent) continue;
    headers.push({ line: above, loop: isLoopHeader(text, view.language) });
    // The line that closes a head of several lines stands as far left as the one that opens it.
    indent = /^\s*[)\]]/.test(text) ? width + 1 : width;
  }
  return headers;
}

import { sha256 } from '@headroom/contracts';
import { listSymbols, parseSource, SymbolIndex, type SourceSymbol } from '@headroom/source';
import type { Uncovered, Watchable } from './instrument.js';

/** A Python file whose functions are recorded, as the recorder for Python reads it. */
export interface WatchedPythonFile {
  /** Repository-relative path. */
  path: string;
  /** Digest of its text: another file whose path ends alike is left alone. */
  sha256: string;
  /** Line of `def` → id to record; `lambda` and its line for a function that is bound to a name. */
  functions: Record<string, string>;
}

/** Finds out which functions of a Python file can be recorded. */
export function watchablePython(source: string, path: string): Watchable {
  const symbols = listSymbols(source, path);
  const generators = yieldingNames(source, path, symbols);
  const covered = new Set<string>();
  const uncovered: Uncovered[] = [];
  const shared = sharedKeys(source, symbols);
  for (const symbol of symbols) {
    if (!RECORDED_KINDS.has(symbol.kind)) continue;
    const header = headerOf(source, symbol);
    // What a type checker alone reads.
    if (/^@(?:typing\.)?overload\b/m.test(header)) continue;
    if (generators.has(symbol.name) && /^[ \t]*async\b/m.test(header)) {
      uncovered.push({ name: symbol.name, why: 'it is an asynchronous generator' });
      continue;
    }
    const key = lineKeyOf(source, symbol);
    if (key === undefined) uncovered.push({ name: symbol.name, why: 'its definition cannot be found' });
    else if (shared.has(key)) uncovered.push({ name: symbol.name, why: 'another is defined on the same line' });
    else covered.add(symbol.name);
  }
  return { symbols, covered, uncovered };
}

const RECORDED_KINDS = new Set(['function', 'arrow', 'method', 'getter', 'setter']);

function headerOf(source: string, symbol: SourceSymbol): string {
  return source.slice(symbol.start.offset, symbol.bodyRange.start.offset);
}

/** What to record of a Python file: the named functions of it. */
export function pythonWatch(
  source: string,
  path: string,
  names: ReadonlySet<string>,
  idOf: (name: string) => string,
): WatchedPythonFile {
  const functions: Record<string, string> = {};
  for (const symbol of listSymbols(source, path)) {
    const key = names.has(symbol.name) ? lineKeyOf(source, symbol) : undefined;
    if (key !== undefined) functions[key] = idOf(symbol.name);
  }
  return { path, sha256: sha256(source), functions };
}

/** A symbol begins with its decorators; the recorder knows a function by the line of its `def`. */
function lineKeyOf(source: string, symbol: SourceSymbol): string | undefined {
  if (symbol.kind === 'arrow') return `lambda ${symbol.start.line}`;
  const header = headerOf(source, symbol);
  const found = [...header.matchAll(/^[ \t]*(?:async[ \t]+)?def\b/gm)].at(-1);
  return found && String(symbol.start.line + header.slice(0, found.index).split('\n').length - 1);
}

/** Keys that stand for several functions. */
function sharedKeys(source: string, symbols: readonly SourceSymbol[]): Set<string> {
  const keys = symbols.filter(({ kind }) => RECORDED_KINDS.has(kind)).flatMap((each) => lineKeyOf(source, each) ?? []);
  return new Set(keys.filter((key, at) => keys.indexOf(key) !== at));
}

function yieldingNames(source: string, path: string, symbols: readonly SourceSymbol[]): Set<string> {
  const index = new SymbolIndex(symbols);
  const yields = parseSource(source, path).findAll({ rule: { kind: 'yield' } });
  return new Set(
    yields.flatMap((node) => {
      const { line, column } = node.range().start;
      const around = index.at(line + 1, column);
      return around ? [around.name] : [];
    }),
  );
}

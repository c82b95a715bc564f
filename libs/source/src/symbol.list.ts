import type { SgNode } from '@ast-grep/napi';
import type { FunctionId } from './function-id.js';
import { parseSource, rangeOf, type SourcePosition, type SourceRange } from './source.syntax.js';
import { isJavaScriptPath, languageNameOf } from './source.languages.js';
import { walkDeclarations } from './symbol.declarations.js';
import { walkJavaScript, type FoundSymbol, type SymbolKind } from './symbol.walk.js';

/** Name of the code of a file outside every function. */
export const MODULE_SYMBOL = '<module>';

/** A named piece of code of one file. */
export interface SourceSymbol {
  /** Identity: `path:name`. */
  readonly id: FunctionId;
  /** Path that the symbols were listed for. */
  readonly path: string;
  /**
   * Qualified name, unique in the file: `Logger.write`, `Logger.#flush`, `handlers.get`, `outer.inner`, `routes["GET /"]`,
   * `default`, `<module>`. A name that occurs again, such as the setter beside a getter, gets `~2`, `~3` in source order.
   */
  readonly name: string;
  readonly kind: SymbolKind;
  /** First character of the function, method or class itself, without the `const name =` that binds it. */
  readonly start: SourcePosition;
  readonly end: SourcePosition;
  /** The statement block with its braces, the expression of an arrow function, or the class body. */
  readonly bodyRange: SourceRange;
}

/**
 * Named functions, methods and classes of a source text in source order, `<module>` first.
 * An anonymous function has no symbol: it belongs to the named one around it. A method of Go is named by the
 * type of its receiver (`Index.Find`), a constructor of Java as the virtual machine names it (`Index.<init>`). Text that does not parse yields what could be read.
 * Throws `HEADROOM_SOURCE_LANGUAGE_UNSUPPORTED` for a path that {@link isSourcePath} refuses.
 */
export function listSymbols(source: string, path: string): SourceSymbol[] {
  return symbolsOf(parseSource(source, path), source, path);
}

/** {@link listSymbols} over a tree that is already parsed. */
export function symbolsOf(root: SgNode, source: string, path: string): SourceSymbol[] {
  const language = languageNameOf(path);
  const walk = language === undefined || isJavaScriptPath(path) ? walkJavaScript : walkDeclarations(language);
  const found = walk(root, uniqueNames());
  return [moduleSymbol(source, path), ...found.map((one) => symbolOf(one, path))];
}

function symbolOf({ node, kind, name, outer = node }: FoundSymbol, path: string): SourceSymbol {
  const { start, end } = rangeOf(outer);
  const body = node.field('body');
  return { id: `${path}:${name}`, path, name, kind, start, end, bodyRange: body ? rangeOf(body) : { start, end } };
}

// Not the root node: a syntax tree may leave out blanks and comments at the ends of the file.
function moduleSymbol(source: string, path: string): SourceSymbol {
  const lines = source.split('\n');
  const start = { line: 1, column: 0, offset: 0 };
  const end = { line: lines.length, column: lines.at(-1)!.length, offset: source.length };
  return {
    id: `${path}:${MODULE_SYMBOL}`,
    path,
    name: MODULE_SYMBOL,
    kind: 'module',
    start,
    end,
    bodyRange: { start, end },
  };
}

function uniqueNames(): (name: string) => string {
  const taken = new Set<string>([MODULE_SYMBOL]);
  return (name) => {
    let candidate = name;
    for (let count = 2; taken.has(candidate); count++) candidate = `${name}~${count}`;
    taken.add(candidate);
    return candidate;
  };
}

/**
 * The innermost symbol that contains a place (`line` 1-based, `column` 0-based), `<module>` where no other does.
 * Undefined only for a place outside the file.
 */
export function symbolAt(symbols: readonly SourceSymbol[], line: number, column: number): SourceSymbol | undefined {
  let innermost: SourceSymbol | undefined;
  for (const symbol of symbols) {
    if (!contains(symbol, line, column)) continue;
    if (!innermost || symbol.start.offset >= innermost.start.offset) innermost = symbol;
  }
  return innermost;
}

/** Whether a place lies in a symbol. */
export function contains(symbol: SourceSymbol, line: number, column: number): boolean {
  const { start, end } = symbol;
  if (symbol.kind === 'module') return line >= start.line && line <= end.line && column >= 0;
  if (line < start.line || line > end.line) return false;
  if (line === start.line && column < start.column) return false;
  return line !== end.line || column < end.column;
}

/** The symbol with exactly this qualified name; undefined where there is none (see {@link suggestSymbols}). */
export function findSymbol(source: string, path: string, name: string): SourceSymbol | undefined {
  return listSymbols(source, path).find((symbol) => symbol.name === name);
}

/** The source text of a symbol, cut from the text that it was listed from. */
export function symbolText(source: string, symbol: SourceSymbol): string {
  return source.slice(symbol.start.offset, symbol.end.offset);
}

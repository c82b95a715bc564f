import { callSyntaxOf } from './call.callee.js';
import { parseSource, rangeOf, type SourcePosition } from './source.syntax.js';
import { SymbolIndex } from './symbol.index.js';
import { symbolsOf, type SourceSymbol } from './symbol.list.js';

/** One call that is written inside a symbol. */
export interface CallSite {
  /** Last identifier of the callee: `info` for `this.logger.info(…)`; empty where the callee has none, as in `(() => 1)()`. */
  readonly name: string;
  /** The callee, blanks and comments removed and arguments elided: `logger.info`, `items.map(…).filter`. */
  readonly text: string;
  readonly kind: 'call' | 'new' | 'tag';
  /** 1-based line of the callee's last identifier: the line that engines charge the call to. */
  readonly line: number;
  /** 0-based column of the callee's last identifier. */
  readonly column: number;
  /** The whole call expression. */
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/**
 * Calls written inside a symbol, in source order, those of anonymous functions in it included. Calls inside a named function
 * nested in it belong to that one and are left out. Empty for a name that the file does not define.
 */
export function callsWithin(source: string, path: string, symbol: SourceSymbol | string): CallSite[] {
  const name = typeof symbol === 'string' ? symbol : symbol.name;
  return callsIn(source, path, (caller) => caller.name === name).map(({ call }) => call);
}

/**
 * Calls of a file with the innermost named function around each, in source order.
 * @param isWanted whether calls in a function with this last identifier of the callee are listed, default all
 */
export function callsIn(
  source: string,
  path: string,
  isWanted: (caller: SourceSymbol, name: string) => boolean = () => true,
): { caller: SourceSymbol; call: CallSite }[] {
  const root = parseSource(source, path);
  const symbols = new SymbolIndex(symbolsOf(root, source, path));
  const calls: { caller: SourceSymbol; call: CallSite }[] = [];
  const syntax = callSyntaxOf(path);
  for (const node of root.findAll({ rule: { any: syntax.kinds.map((kind) => ({ kind })) } })) {
    const { start, end } = rangeOf(node);
    const caller = symbols.at(start.line, start.column);
    const callee = syntax.calleeOf(node);
    if (!caller || !callee) continue;
    const last = syntax.lastIdentifier(callee, node);
    if (!isWanted(caller, last?.text() ?? '')) continue;
    const at = rangeOf(last ?? callee).start;
    const call = {
      name: last?.text() ?? '',
      text: syntax.textOf(callee, node),
      kind: syntax.kindOf(node),
      line: at.line,
      column: at.column,
      start,
      end,
    };
    calls.push({ caller, call });
  }
  return calls.sort(({ call: a }, { call: b }) => a.start.offset - b.start.offset || b.end.offset - a.end.offset);
}

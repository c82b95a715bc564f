import type { SgNode } from '@ast-grep/napi';
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
  for (const node of root.findAll({ rule: { any: [{ kind: 'call_expression' }, { kind: 'new_expression' }] } })) {
    const { start, end } = rangeOf(node);
    const caller = symbols.at(start.line, start.column);
    const callee = node.field('function') ?? node.field('constructor');
    if (!caller || !callee) continue;
    const last = lastIdentifier(callee);
    if (!isWanted(caller, last?.text() ?? '')) continue;
    const at = rangeOf(last ?? callee).start;
    const call = {
      name: last?.text() ?? '',
      text: calleeText(callee),
      kind: kindOf(node),
      line: at.line,
      column: at.column,
      start,
      end,
    };
    calls.push({ caller, call });
  }
  return calls.sort(({ call: a }, { call: b }) => a.start.offset - b.start.offset || b.end.offset - a.end.offset);
}

function kindOf(node: SgNode): CallSite['kind'] {
  if (node.kind() === 'new_expression') return 'new';
  return node.field('arguments')?.kind() === 'template_string' ? 'tag' : 'call';
}

function unwrapped(node: SgNode): SgNode {
  let inner = node;
  while (WRAPPERS.has(String(inner.kind()))) {
    const child = inner.children().find((one) => one.isNamed());
    if (!child) break;
    inner = child;
  }
  return inner;
}

const WRAPPERS = new Set(['parenthesized_expression', 'non_null_expression', 'as_expression', 'satisfies_expression']);

function lastIdentifier(callee: SgNode): SgNode | undefined {
  const inner = unwrapped(callee);
  switch (String(inner.kind())) {
    case 'identifier':
    case 'super':
    case 'import':
      return inner;
    case 'member_expression':
      return inner.field('property') ?? undefined;
    default:
      return undefined;
  }
}

// A chain is read from its end to its start without recursion: builders chain hundreds of calls.
function calleeText(callee: SgNode): string {
  let suffix = '';
  let node = unwrapped(callee);
  for (;;) {
    const kind = String(node.kind());
    if (kind === 'member_expression') {
      const optional = node.children().some((child) => child.kind() === 'optional_chain');
      suffix = `${optional ? '?.' : '.'}${node.field('property')?.text() ?? ''}${suffix}`;
      node = unwrapped(node.field('object') ?? node);
    } else if (kind === 'subscript_expression') {
      suffix = `[${compact(node.field('index')?.text() ?? '')}]${suffix}`;
      node = unwrapped(node.field('object') ?? node);
    } else if (kind === 'call_expression') {
      suffix = `(…)${suffix}`;
      node = unwrapped(node.field('function') ?? node);
    } else if (kind === 'new_expression') {
      return `new ${compact(node.field('constructor')?.text() ?? '')}(…)${suffix}`;
    } else {
      return compact(FUNCTIONS.has(kind) ? '(function)' : node.text()) + suffix;
    }
  }
}

const FUNCTIONS = new Set(['arrow_function', 'function_expression', 'generator_function', 'class']);

function compact(text: string): string {
  return text.replace(/\s+/g, ' ');
}

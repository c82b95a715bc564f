import { listSymbols, type SourceSymbol } from '@headroom/source';

/** A function that cannot be watched, and why. */
export interface Uncovered {
  name: string;
  why: string;
}

/** What can be watched of a file. */
export interface Watchable {
  symbols: readonly SourceSymbol[];
  /** Names of functions whose calls can be recorded. */
  covered: ReadonlySet<string>;
  uncovered: readonly Uncovered[];
}

const CODE_KINDS = new Set(['function', 'arrow', 'method', 'getter', 'setter']);

/** Finds out which functions of a file can be recorded. */
export function watchable(source: string, path: string): Watchable {
  const symbols = listSymbols(source, path);
  const covered = new Set<string>();
  const uncovered: Uncovered[] = [];
  for (const symbol of symbols) {
    if (!CODE_KINDS.has(symbol.kind)) continue;
    const why = obstacle(source, symbol);
    if (why === undefined) covered.add(symbol.name);
    else if (why !== '') uncovered.push({ name: symbol.name, why });
  }
  return { symbols, covered, uncovered };
}

const MODIFIERS = String.raw`(?:(?:public|private|protected|static|override|export|default)\s+)*`;
const ASYNC = new RegExp(String.raw`^${MODIFIERS}async\b(?!\s*[(=:<?])`);
const GENERATOR = new RegExp(String.raw`^${MODIFIERS}(?:async\s*)?(?:function\s*)?\*`);

/** Why a function cannot be recorded; an empty text for one without a body, undefined for one that can. */
function obstacle(source: string, symbol: SourceSymbol): string | undefined {
  if (symbol.kind === 'arrow') return undefined;
  if (source[symbol.bodyRange.start.offset] !== '{') return '';
  const header = headerOf(source, symbol);
  if (header.startsWith('@')) return 'it is decorated';
  if (GENERATOR.test(header)) return 'it is a generator';
  return redeclaresParameter(header, source, symbol) ? 'it declares a parameter again' : undefined;
}

function headerOf(source: string, symbol: SourceSymbol): string {
  return source.slice(symbol.start.offset, symbol.bodyRange.start.offset);
}

// Inside the recorded arrow function `var x` would be another variable than the parameter `x`.
function redeclaresParameter(header: string, source: string, symbol: SourceSymbol): boolean {
  const parameters = new Set(header.slice(header.indexOf('(')).match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []);
  const body = source.slice(symbol.bodyRange.start.offset, symbol.bodyRange.end.offset);
  const declared = body.match(/\bvar\b[^;\n]*|\bfunction\s*\*?\s*[\w$]+/g) ?? [];
  return declared.some((text) => (text.match(/[\w$]+/g) ?? []).slice(1).some((word) => parameters.has(word)));
}

interface Insertion {
  at: number;
  text: string;
  /** Closings come before openings at one place; inner closings before outer ones, outer openings before inner ones. */
  rank: number;
}

/**
 * Source text in which the named functions record their calls. Lines do not move.
 * @param idOf the id to record for a name
 */
export function instrument(
  source: string,
  path: string,
  names: ReadonlySet<string>,
  idOf: (name: string) => string,
): string {
  const typed = /\.[cm]?tsx?$/.test(path);
  const insertions: Insertion[] = [];
  for (const symbol of listSymbols(source, path)) {
    if (!names.has(symbol.name) || !CODE_KINDS.has(symbol.kind)) continue;
    const id = JSON.stringify(idOf(symbol.name));
    const [open, close] =
      symbol.kind === 'arrow' ? aroundArrow(id, typed, symbol) : aroundBody(id, typed, source, symbol);
    const length = symbol.end.offset - symbol.start.offset;
    insertions.push({ ...open, rank: 1e9 - length }, { ...close, rank: length - 1e9 });
  }
  insertions.sort((a, b) => a.at - b.at || a.rank - b.rank);
  let result = '';
  let from = 0;
  for (const { at, text } of insertions) {
    result += source.slice(from, at) + text;
    from = at;
  }
  return result + source.slice(from);
}

/** Instrumented text for a compiler: what is inserted must not fail its type check, which says nothing about the candidate. */
export function uncheckedText(path: string, text: string): string {
  return /\.[cm]?tsx?$/.test(path) && !text.startsWith('#!') ? `// @ts-nocheck\n${text}` : text;
}

type Pair = [Omit<Insertion, 'rank'>, Omit<Insertion, 'rank'>];

function aroundArrow(id: string, typed: boolean, symbol: SourceSymbol): Pair {
  const call = typed
    ? '(((globalThis as any).process.headroomWrap ?? ((_: any, f: any) => f)) as <T>(id: string, f: T, c: any) => T)'
    : '(globalThis.process.headroomWrap ?? ((_, f) => f))';
  return [
    { at: symbol.start.offset, text: `${call}(${id}, ` },
    { at: symbol.end.offset, text: typed ? ', (globalThis as any).console)' : ', globalThis.console)' },
  ];
}

function aroundBody(id: string, typed: boolean, source: string, symbol: SourceSymbol): Pair {
  const call = typed
    ? '((globalThis as any).process.headroomRecord ?? ((_: any, __: any, f: any) => f()))'
    : '(globalThis.process.headroomRecord ?? ((_, __, f) => f()))';
  const asynchronous = ASYNC.test(headerOf(source, symbol)) ? 'async ' : '';
  const { start, end } = symbol.bodyRange;
  return [
    {
      at: start.offset + 1 + directivesLength(source.slice(start.offset + 1, end.offset)),
      text: ` return ${call}(${id}, arguments, ${asynchronous}() => {`,
    },
    { at: end.offset - 1, text: typed ? '}, (globalThis as any).console); ' : '}, globalThis.console); ' },
  ];
}

/** Length of the directives, such as "use strict", at the start of a body: they must stay first. */
function directivesLength(body: string): number {
  const match = /^(?:(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:"use [a-z ]+"|'use [a-z ]+')\s*;)+/.exec(body);
  return match?.[0].length ?? 0;
}

/** The text of a symbol without what lies in other symbols inside it. */
export function ownText(source: string, symbol: SourceSymbol, symbols: readonly SourceSymbol[]): string {
  const { start, end } = symbol;
  const inner = symbols.filter(
    (each) =>
      each !== symbol && each.start.offset >= start.offset && each.end.offset <= end.offset && each.kind !== 'module',
  );
  let text = '';
  let from = start.offset;
  for (const each of inner) {
    if (each.start.offset < from) continue;
    text += `${source.slice(from, each.start.offset)}<${each.name}>`;
    from = each.end.offset;
  }
  return text + source.slice(from, end.offset);
}

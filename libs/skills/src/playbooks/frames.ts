import { dirname, join } from 'node:path/posix';
import { callsWithin, isJavaScriptPath, listSymbols, symbolAt, type SourceSymbol } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { argumentsOf, partsOf, type SourceTree } from '../syntax/source.tree.js';
import type { PlaybookInput } from './playbook.js';

/** The functions in which a playbook may act, by file. */
export type Frames = ReadonlyMap<string, ReadonlySet<string>>;

/** Frames of a finding: its subject, its chain, and the callees that gained cost. */
export function framesOf(input: PlaybookInput): Frames {
  return byFileOf([input.subject, ...(input.chain ?? []), ...(input.grownCallees ?? [])]);
}

/** Functions by file, from their identities. */
export function byFileOf(ids: readonly string[]): Map<string, Set<string>> {
  const frames = new Map<string, Set<string>>();
  for (const id of ids) {
    // Not parsed strictly: frames of the runtime are no function identities, and match no file of the repository.
    const colon = id.lastIndexOf(':');
    const [path, symbol] = [id.slice(0, colon), id.slice(colon + 1)];
    frames.set(path, (frames.get(path) ?? new Set()).add(symbol));
  }
  return frames;
}

/** Name of the frame that a node belongs to, functions nested in one included; undefined outside the frames. */
export function frameAt(
  node: SgNode,
  symbols: readonly SourceSymbol[],
  names: ReadonlySet<string>,
): string | undefined {
  const { line, column } = node.range().start;
  const symbol = symbolAt(symbols, line + 1, column);
  if (!symbol) return undefined;
  if (names.has(symbol.name)) return symbol.name;
  const around = symbols.some(
    (outer) =>
      names.has(outer.name) &&
      outer.kind !== 'class' &&
      outer.kind !== 'module' &&
      outer.start.offset <= symbol.start.offset &&
      symbol.end.offset <= outer.end.offset,
  );
  return around ? symbol.name : undefined;
}

/**
 * Functions that a function calls by name: those of its own file, and those that it imports from a file of the repository.
 * Stands in where no profile tells the callees.
 */
export function namedCallees(tree: SourceTree, caller: string): Frames {
  const symbols = listSymbols(tree.source, tree.path);
  const imports = importsOf(tree);
  const owner = caller.includes('.') ? caller.slice(0, caller.lastIndexOf('.')) : '';
  const callees = new Map<string, Set<string>>();
  const add = (path: string, name: string) => callees.set(path, (callees.get(path) ?? new Set()).add(name));
  for (const call of callsWithin(tree.source, tree.path, caller)) {
    const local = call.text.startsWith('this.') ? `${owner}.${call.text.slice(5)}` : call.text;
    if (symbols.some((symbol) => symbol.name === local)) add(tree.path, local);
    for (const path of imports.get(call.text)?.paths ?? []) add(path, imports.get(call.text)!.name);
  }
  return callees;
}

/** One imported name. */
export interface Imported {
  /** The name that it was exported under. */
  readonly name: string;
  /** Files that the specifier may mean. */
  readonly paths: readonly string[];
}

/** What a file imports, or requires, from files of the repository, by the name that it has in the file; nothing for other languages. */
export function importsOf({ root, path }: SourceTree): ReadonlyMap<string, Imported> {
  const imports = new Map<string, Imported>();
  // Kinds of nodes that a grammar does not have cannot even be asked for.
  if (!isJavaScriptPath(path)) return imports;
  const add = (local: string | undefined, name: string | undefined, from: string): void => {
    if (local === undefined || name === undefined || !from.startsWith('.')) return;
    imports.set(local, { name, paths: filesOf(join(dirname(path), from)) });
  };
  for (const statement of root.findAll({ rule: { kind: 'import_statement' } })) {
    const from = textOf(statement.field('source'));
    for (const clause of statement.findAll({ rule: { kind: 'import_clause' } })) {
      add(
        partsOf(clause)
          .find((part) => part.kind() === 'identifier')
          ?.text(),
        'default',
        from,
      );
    }
    for (const specifier of statement.findAll({ rule: { kind: 'import_specifier' } })) {
      const name = specifier.field('name')?.text();
      add(specifier.field('alias')?.text() ?? name, name, from);
    }
  }
  for (const declarator of root.findAll({ rule: { kind: 'variable_declarator' } })) {
    const call = declarator.field('value');
    if (call?.kind() !== 'call_expression' || call.field('function')?.text() !== 'require') continue;
    const from = textOf(argumentsOf(call)[0]);
    for (const [local, name] of requiredNames(declarator.field('name'))) add(local, name, from);
  }
  return imports;
}

/** `a` of `const a = require(…)`, `a` and `c` of `const { a, b: c } = require(…)`. */
function requiredNames(pattern: SgNode | null): [local: string, name: string][] {
  if (pattern?.kind() === 'identifier') return [[pattern.text(), 'default']];
  if (pattern?.kind() !== 'object_pattern') return [];
  return partsOf(pattern).flatMap((part): [string, string][] => {
    if (part.kind() === 'shorthand_property_identifier_pattern') return [[part.text(), part.text()]];
    const [key, value] = [part.field('key'), part.field('value')];
    return key && value?.kind() === 'identifier' ? [[value.text(), key.text()]] : [];
  });
}

function textOf(literal: SgNode | null | undefined): string {
  return literal?.kind() === 'string' ? literal.text().slice(1, -1) : '';
}

function filesOf(target: string): string[] {
  const stem = target.replace(/\.[cm]?jsx?$/, '');
  const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
  return [target, ...extensions.flatMap((extension) => [stem + extension, `${target}/index${extension}`])];
}

import { dirname, join } from 'node:path/posix';
import { callsWithin, listSymbols, symbolAt, type SourceSymbol } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { partsOf, type SourceTree } from '../syntax/source.tree.js';
import type { PlaybookInput } from './playbook.js';

/** The functions in which a playbook may act, by file. */
export type Frames = ReadonlyMap<string, ReadonlySet<string>>;

/** Frames of a finding: its subject, its chain, and the callees that gained cost. */
export function framesOf(input: PlaybookInput): Frames {
  return byFile([input.subject, ...(input.chain ?? []), ...(input.grownCallees ?? [])]);
}

function byFile(ids: readonly string[]): Map<string, Set<string>> {
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

/** What a file imports from files of the repository, by the name that it has in the file. */
export function importsOf({ root, path }: SourceTree): ReadonlyMap<string, Imported> {
  const imports = new Map<string, Imported>();
  for (const clause of root.findAll({ rule: { kind: 'import_clause' } })) {
    const from = clause.parent()?.field('source')?.text().slice(1, -1) ?? '';
    const local = partsOf(clause)
      .find((part) => part.kind() === 'identifier')
      ?.text();
    if (local !== undefined && from.startsWith('.')) {
      imports.set(local, { name: 'default', paths: filesOf(join(dirname(path), from)) });
    }
  }
  for (const specifier of root.findAll({ rule: { kind: 'import_specifier' } })) {
    const statement = specifier.ancestors().find((node) => node.kind() === 'import_statement');
    const from = statement?.field('source')?.text().slice(1, -1) ?? '';
    const name = specifier.field('name')?.text();
    if (!from.startsWith('.') || name === undefined) continue;
    const local = specifier.field('alias')?.text() ?? name;
    imports.set(local, { name, paths: filesOf(join(dirname(path), from)) });
  }
  return imports;
}

function filesOf(target: string): string[] {
  const stem = target.replace(/\.[cm]?jsx?$/, '');
  const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
  return [target, ...extensions.flatMap((extension) => [stem + extension, `${target}/index${extension}`])];
}

import { isSourcePath, isWhole, parseSource } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';

/** A source file with its syntax tree. */
export interface SourceTree {
  /** Repository-relative path. */
  readonly path: string;
  readonly source: string;
  readonly root: SgNode;
}

/** Parses a file. Undefined when its language is unknown, or when its syntax is not understood everywhere. */
export function parseTree(source: string, path: string): SourceTree | undefined {
  if (!isSourcePath(path)) return undefined;
  const root = parseSource(source, path);
  return isWhole(root) ? { path, source, root } : undefined;
}

/** First offset of a node, in UTF-16 code units. */
export function startOf(node: SgNode): number {
  return node.range().start.index;
}

/** Offset behind a node, in UTF-16 code units. */
export function endOf(node: SgNode): number {
  return node.range().end.index;
}

/** Kind of a node as plain text. */
export function kindOf(node: SgNode | null | undefined): string {
  return node ? String(node.kind()) : '';
}

/** Children that carry meaning: no punctuation, no comment. */
export function partsOf(node: SgNode): SgNode[] {
  return node.children().filter((child) => child.isNamed() && child.kind() !== 'comment');
}

/** Whether two nodes are the same node of one tree. */
export function isSame(a: SgNode | null | undefined, b: SgNode | null | undefined): boolean {
  return Boolean(a && b && a.id() === b.id());
}

/** The node without parentheses and type-only wrappers around it. */
export function unwrapped(node: SgNode): SgNode {
  let inner = node;
  while (WRAPPERS.has(kindOf(inner))) {
    const child = partsOf(inner)[0];
    if (!child) break;
    inner = child;
  }
  return inner;
}

const WRAPPERS = new Set(['parenthesized_expression', 'non_null_expression', 'as_expression', 'satisfies_expression']);

/** Property name of a member access, `a.b` and `a['b']` alike; undefined when it is computed. */
export function propertyOf(node: SgNode): string | undefined {
  if (node.kind() === 'member_expression') return node.field('property')?.text();
  if (node.kind() !== 'subscript_expression') return undefined;
  const index = node.field('index');
  return index?.kind() === 'string' ? index.text().slice(1, -1) : undefined;
}

/** Arguments of a call, comments left out. */
export function argumentsOf(call: SgNode): SgNode[] {
  const list = call.field('arguments');
  return list?.kind() === 'arguments' ? partsOf(list) : [];
}

/** Kinds of node that are functions with a body of their own. */
export const FUNCTION_KINDS: ReadonlySet<string> = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);

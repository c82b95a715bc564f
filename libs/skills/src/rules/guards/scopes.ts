import type { SgNode } from '@ast-grep/napi';
import { endOf, kindOf, startOf } from '../../syntax/source.tree.js';
import type { GuardContext } from './guard.js';

/** Where a guard looks. */
export type ScopeName = 'match' | 'loop' | 'function' | 'file';

/** The node that a scope's name stands for, seen from the match; the whole file where there is no such node around. */
export function scopeNode({ match, syntax, tree }: GuardContext, scope: ScopeName): SgNode {
  if (scope === 'match') return match;
  if (scope === 'file') return tree.root;
  if (scope === 'loop' && !syntax.loopKinds.has(kindOf(match))) return loopAround({ match, syntax }) ?? tree.root;
  const kinds = scope === 'loop' ? syntax.loopKinds : syntax.functionKinds;
  const around = [match, ...match.ancestors()].find((node) => kinds.has(kindOf(node)));
  return around ?? tree.root;
}

/** The loop that evaluates the match again and again, inside the function around it. */
export function loopAround({ match, syntax }: Pick<GuardContext, 'match' | 'syntax'>): SgNode | undefined {
  for (const node of match.ancestors()) {
    if (syntax.loopKinds.has(kindOf(node)) && !syntax.runsOnce?.(node, match)) return node;
    if (syntax.functionKinds.has(kindOf(node))) return undefined;
  }
  return undefined;
}

/** Whether one node lies in another. */
export function isWithin(node: SgNode, outer: SgNode): boolean {
  return startOf(outer) <= startOf(node) && endOf(node) <= endOf(outer);
}

/** Names among some expressions: an identifier is its own name, a member access is named by its outermost object. */
export function baseName(node: SgNode, { syntax }: Pick<GuardContext, 'syntax'>): string | undefined {
  let inner = node;
  for (let member = syntax.memberParts(inner); member; member = syntax.memberParts(inner)) inner = member.object;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(inner.text()) ? inner.text() : undefined;
}

/** Names of variables in a captured part: itself, or those of a pattern such as `a, b` or `{ a, b: c }`. */
export function variableNames(node: SgNode): string[] {
  if (node.children().length === 0) return [node.text()];
  const leaves = node.findAll({ rule: { regex: String.raw`^[\p{L}_$][\p{L}\p{N}_$]*$` } });
  return leaves.filter((leaf) => leaf.children().length === 0).map((leaf) => leaf.text());
}

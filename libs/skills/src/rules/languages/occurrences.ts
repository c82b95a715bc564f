import type { SgNode } from '@ast-grep/napi';

/** Nodes of a kind below a node whose text is a name. */
export function namedNodes(root: SgNode, kind: string, name: string): SgNode[] {
  const escaped = name.replaceAll(/[$.*+?^(){}|[\]\\]/g, String.raw`\$&`);
  const found = root.findAll({ rule: { kind, regex: `^${escaped}$` } });
  // A search looks below a node, and the node itself may be the name.
  return root.kind() === kind && root.text() === name && !found.some((one) => one.id() === root.id())
    ? [root, ...found]
    : found;
}

/** First part for which a check finds something. */
export function firstFound<Found>(
  nodes: readonly SgNode[],
  check: (node: SgNode) => Found | undefined,
): Found | undefined {
  for (const node of nodes) {
    const found = check(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The child of an ancestor that a node lies in, going up through some kinds of node, and that ancestor. */
export function throughKinds(node: SgNode, kinds: ReadonlySet<string>): { child: SgNode; parent: SgNode } | undefined {
  let child = node;
  for (let parent = child.parent(); parent; parent = parent.parent()) {
    if (!kinds.has(String(parent.kind()))) return { child, parent };
    child = parent;
  }
  return undefined;
}

import type { SgNode } from '@ast-grep/napi';
import { endOf, kindOf, startOf, unwrapped, type SourceTree } from '../syntax/source.tree.js';
import { indentAt, lineEnd, lineStart, reindented, type TextEdit, type TextLayout } from '../syntax/text.layout.js';
import type { CallPosition } from './log-call.position.js';

/** Comments that speak about the next line and therefore move with it. */
const NEXT_LINE_COMMENT =
  /@ts-(?:expect-error|ignore)|-disable-next-line|biome-ignore|prettier-ignore|(?:istanbul|c8|v8) ignore/;

/** Everything that an edit of one call depends on. */
interface Site {
  readonly tree: SourceTree;
  readonly layout: TextLayout;
  /** Condition under which the call is made. */
  readonly condition: string;
  readonly call: SgNode;
}

/** Edit that makes a call under a condition only; undefined where comments stand in the way. */
export function guardedCall(position: CallPosition, site: Site): TextEdit | undefined {
  switch (position.kind) {
    case 'statement':
      return inBlock(position.statement, site);
    case 'braceless':
      return inBraces(position.statement, position.owner, site);
    case 'arrow':
      return inArrow(position.arrow, site);
    case 'and':
      return { start: startOf(position.operand), end: startOf(position.operand), text: `${site.condition} && ` };
    case 'refused':
      return undefined;
  }
}

function inBlock(statement: SgNode, site: Site): TextEdit {
  const { tree, layout, condition } = site;
  const { source } = tree;
  const start = startOf(statement);
  const end = statementEnd(statement, site);
  const ownLine = source.slice(lineStart(source, start), start).trim() === '';
  const behind = source.slice(end, lineEnd(source, end));
  const trailing = /^[ \t]*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/[ \t]*)?$/.exec(behind);
  if (!ownLine || !trailing) return { start, end, text: `if (${condition}) { ${source.slice(start, end)} }` };
  const from = firstMovedOffset(statement, source);
  const to = end + behind.trimEnd().length;
  const indent = indentAt(source, start);
  return { start: from, end: to, text: guarded(site, from, to, { indent, from: indent, suffix: '' }, layout) };
}

/** Without semicolons, a `;` at the start of the next line guards that line and is no part of the call's. */
function statementEnd(statement: SgNode, { tree, call }: Site): number {
  const isGuard = tree.source.slice(endOf(call), endOf(statement)).includes('\n');
  return isGuard ? endOf(call) : endOf(statement);
}

function firstMovedOffset(statement: SgNode, source: string): number {
  let start = startOf(statement);
  for (let before = statement.prev(); before?.kind() === 'comment'; before = before.prev()) {
    const ownLine = source.slice(lineStart(source, startOf(before)), startOf(before)).trim() === '';
    if (!ownLine || !NEXT_LINE_COMMENT.test(before.text())) break;
    start = startOf(before);
  }
  return start;
}

interface Placement {
  /** Indentation of the `if`. */
  readonly indent: string;
  /** Indentation that the moved lines have now. */
  readonly from: string;
  /** What the moved text needs behind it to be a statement. */
  readonly suffix: string;
}

function guarded(site: Site, start: number, end: number, place: Placement, layout: TextLayout): string {
  const { eol, indent: step } = layout;
  const inner = place.indent + step;
  const moved = reindented(site.tree, start, end, place.from, inner);
  return `if (${site.condition}) {${eol}${inner}${moved}${place.suffix}${eol}${place.indent}}`;
}

function inBraces(statement: SgNode, owner: SgNode, site: Site): TextEdit | undefined {
  const { tree, layout } = site;
  const { source } = tree;
  const before = statement.prev();
  if (!before || (before.kind() === 'comment' && NEXT_LINE_COMMENT.test(before.text()))) return undefined;
  const outer = indentAt(source, startOf(owner));
  const start = startOf(statement);
  const end = statementEnd(statement, site);
  const place = { indent: outer + layout.indent, from: indentAt(source, start), suffix: '' };
  const body = guarded(site, start, end, place, layout);
  const lead = before.text().startsWith('//') ? layout.eol + outer : ' ';
  const text = `${lead}{${layout.eol}${place.indent}${body}${layout.eol}${outer}}`;
  const next = statement.next();
  const joinsElse = kindOf(next) === 'else_clause' && source.slice(end, startOf(next!)).trim() === '';
  return joinsElse
    ? { start: endOf(before), end: startOf(next!), text: `${text} ` }
    : { start: endOf(before), end, text };
}

function inArrow(arrow: SgNode, site: Site): TextEdit | undefined {
  const { tree, layout } = site;
  const token = arrow.children().find((child) => child.kind() === '=>');
  const body = arrow.field('body');
  if (!token || !body) return undefined;
  const isCommented = arrow.children().some((child) => child.kind() === 'comment' && startOf(child) > startOf(token));
  const moved = body.has({ rule: { kind: 'comment' } }) ? body : unwrapped(body);
  const start = isCommented ? startOf(body) : endOf(token);
  const outer = indentAt(tree.source, isCommented ? start : startOf(token));
  const place = {
    indent: outer + layout.indent,
    from: indentAt(tree.source, startOf(moved)),
    suffix: layout.semicolon,
  };
  const inner = guarded(site, startOf(moved), endOf(moved), place, layout);
  const text = `${isCommented ? '' : ' '}{${layout.eol}${place.indent}${inner}${layout.eol}${outer}}`;
  return { start, end: endOfArrow(arrow, tree.source), text };
}

/** A callback that began on the line of its call's parenthesis needs no line break, and no comma, before the closing one. */
function endOfArrow(arrow: SgNode, source: string): number {
  const end = endOf(arrow);
  const list = arrow.parent();
  if (list?.kind() !== 'arguments') return end;
  const behind = source.slice(end, endOf(list) - 1);
  const beganThere = !source.slice(startOf(list), startOf(arrow)).includes('\n');
  return beganThere && /^,?\s*$/.test(behind) ? endOf(list) - 1 : end;
}

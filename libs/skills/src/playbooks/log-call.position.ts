import type { SgNode } from '@ast-grep/napi';
import { isBindingOrWrite, occurrencesOf, scopeOf } from '../syntax/bindings.js';
import { isSame, kindOf, partsOf, propertyOf, unwrapped } from '../syntax/source.tree.js';
import { wordSet } from '../syntax/word.set.js';

/** How a call stands in its function, as far as its result is not used. */
export type CallPosition =
  /** A statement in a block. */
  | { readonly kind: 'statement'; readonly statement: SgNode }
  /** A statement that is the whole body of `if`, `else` or a loop, without braces. */
  | { readonly kind: 'braceless'; readonly statement: SgNode; readonly owner: SgNode }
  /** The body of an arrow function whose result nobody reads. */
  | { readonly kind: 'arrow'; readonly arrow: SgNode }
  /** In the last operand of `&&`. */
  | { readonly kind: 'and'; readonly operand: SgNode }
  /** Somewhere else. */
  | { readonly kind: 'refused'; readonly reason: 'result-used' | 'unsupported-position' };

const BLOCKS: ReadonlySet<string> = wordSet('statement_block program switch_case switch_default class_static_block');

const OWNERS: ReadonlySet<string> = wordSet(
  'if_statement else_clause for_statement for_in_statement while_statement do_statement',
);

const USES: ReadonlySet<string> = wordSet(
  'return_statement variable_declarator assignment_expression augmented_assignment_expression',
  'arguments await_expression pair array template_substitution yield_expression throw_statement',
  'member_expression call_expression if_statement parenthesized_expression arrow_function',
);

/** Functions that ignore what their callback returns. */
const IGNORING: ReadonlySet<string> = wordSet(
  'forEach on once addListener prependListener addEventListener subscribe finally',
  'setTimeout setInterval setImmediate queueMicrotask nextTick',
);

/** Finds how a call stands, and whether its result is used. */
export function positionOf(call: SgNode, root: SgNode): CallPosition {
  let outer = call;
  let operand: SgNode | undefined;
  let isVoid = false;
  for (let around = outer.parent(); around; around = outer.parent()) {
    if (isAndWithRight(around, outer)) operand ??= outer;
    else if (isVoidOperator(around)) isVoid = true;
    else if (around.kind() !== 'parenthesized_expression' || OWNERS.has(kindOf(around.parent()))) break;
    outer = around;
  }
  const parent = outer.parent();
  if (parent?.kind() === 'expression_statement') return operand ? { kind: 'and', operand } : statementPosition(parent);
  if (parent?.kind() === 'arrow_function' && isSame(parent.field('body'), outer)) {
    if (isVoid || isResultIgnored(parent, root))
      return operand ? { kind: 'and', operand } : { kind: 'arrow', arrow: parent };
  }
  return { kind: 'refused', reason: USES.has(kindOf(parent)) ? 'result-used' : 'unsupported-position' };
}

function isVoidOperator(node: SgNode): boolean {
  return node.kind() === 'unary_expression' && node.field('operator')?.text() === 'void';
}

function isAndWithRight(node: SgNode, right: SgNode): boolean {
  if (node.kind() !== 'binary_expression' || !isSame(node.field('right'), right)) return false;
  return node.field('operator')?.text() === '&&';
}

function statementPosition(statement: SgNode): CallPosition {
  const owner = statement.parent();
  if (!owner || BLOCKS.has(kindOf(owner))) return { kind: 'statement', statement };
  if (OWNERS.has(kindOf(owner))) return { kind: 'braceless', statement, owner };
  return { kind: 'refused', reason: 'unsupported-position' };
}

/** Whether nobody can read what an arrow function returns. */
function isResultIgnored(arrow: SgNode, root: SgNode): boolean {
  const type = arrow.field('return_type')?.text().replaceAll(/\s/g, '');
  if (type === ':void' || type === ':Promise<void>') return true;
  const parent = arrow.parent();
  if (parent?.kind() === 'arguments') {
    const callee = unwrapped(parent.parent()?.field('function') ?? parent);
    const name = callee.kind() === 'identifier' ? callee.text() : propertyOf(callee);
    return name !== undefined && IGNORING.has(name);
  }
  return parent?.kind() === 'variable_declarator' && isOnlyCalled(parent, root);
}

/** Whether a local function is only ever called, as a statement. */
function isOnlyCalled(declarator: SgNode, root: SgNode): boolean {
  const name = declarator.field('name');
  if (name?.kind() !== 'identifier') return false;
  const declaration = declarator.parent();
  if (declaration?.kind() !== 'lexical_declaration' || declaration.parent()?.kind() === 'export_statement')
    return false;
  const scope = scopeOf(name);
  const uses = occurrencesOf(scope.kind() === 'program' ? root : scope, name.text()).filter(
    (use) => !isSame(use, name),
  );
  return uses.every((use) => {
    const call = use.parent();
    if (isBindingOrWrite(use) || call?.kind() !== 'call_expression' || !isSame(call.field('function'), use))
      return false;
    return call.parent()?.kind() === 'expression_statement' && partsOf(call.parent()!).length === 1;
  });
}

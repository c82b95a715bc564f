import type { SgNode } from '@ast-grep/napi';
import { declarationOf, isBindingOrWrite, occurrencesOf, scopeOf } from '../../syntax/bindings.js';
import {
  argumentsOf,
  FUNCTION_KINDS,
  isSame,
  kindOf,
  propertyOf,
  unwrapped,
  endOf,
  startOf,
} from '../../syntax/source.tree.js';
import { wordSet } from '../../syntax/word.set.js';

/** Methods that change their receiver. */
export const CHANGING_METHODS = wordSet(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear',
);

const RETURNS_RECEIVER = wordSet('sort reverse fill copyWithin set add valueOf');

const READERS = wordSet(
  'Object.keys Object.values Object.entries Object.hasOwn JSON.stringify Array.isArray String Number Boolean Math.min Math.max',
);

const COMPARED = wordSet(
  'binary_expression unary_expression spread_element expression_statement template_substitution',
);

/**
 * Whether an object can only be reached by its one name: it is made where the name is declared, and nothing gives it another name, hands
 * it on, exports it, or keeps it. Returning it is allowed: what happens afterwards is no matter of the function.
 */
export function isOwned(use: SgNode, root: SgNode): boolean {
  const declaration = declarationOf(root, use);
  if (kindOf(declaration) !== 'variable_declarator') return false;
  const value = declaration!.field('value');
  const isMade = value !== null && isNewObject(unwrapped(value));
  if (!isMade || kindOf(declaration!.parent()?.parent()) === 'export_statement') return false;
  const name = declaration!.field('name');
  return usesOf(use, root).every((one) => isSame(one, name) || keepsOwnership(one));
}

function isNewObject(value: SgNode): boolean {
  const kind = kindOf(value);
  if (kind === 'array' || kind === 'object') return true;
  return kind === 'new_expression' && /^(?:Map|Set|Array)$/.test(value.field('constructor')?.text() ?? '');
}

/** Occurrences of a declared name inside the scope of its declaration. */
export function usesOf(use: SgNode, root: SgNode): SgNode[] {
  const name = declarationOf(root, use)?.field('name');
  const scope = name ? scopeOf(name) : root;
  return occurrencesOf(scope, use.text());
}

function keepsOwnership(use: SgNode): boolean {
  const parent = use.parent();
  const kind = kindOf(parent);
  if (!parent || isBindingOrWrite(use)) return false;
  if (kind === 'return_statement' || COMPARED.has(kind)) return true;
  if (kind === 'for_in_statement') return isSame(parent.field('right'), use);
  if (kind === 'subscript_expression' && isSame(parent.field('index'), use)) return true;
  if (kind === 'arguments') {
    const callee = parent.parent()?.field('function')?.text() ?? '';
    return READERS.has(callee);
  }
  if (kind !== 'member_expression' && kind !== 'subscript_expression') return false;
  const call = parent.parent();
  if (call?.kind() !== 'call_expression' || !isSame(call.field('function'), parent)) return true;
  // A method by a computed name may be any.
  if (propertyOf(parent) === undefined) return false;
  if (RETURNS_RECEIVER.has(propertyOf(parent) ?? '')) return kindOf(call.parent()) === 'expression_statement';
  return argumentsOf(call).every((arg) => !FUNCTION_KINDS.has(kindOf(arg)) || parametersOf(arg) < 3);
}

/** How many parameters a function declares; all for one that reads `arguments` or takes the rest. */
export function parametersOf(fn: SgNode): number {
  if (fn.field('parameter')) return 1;
  const list = fn.field('parameters');
  const isOpen =
    list?.text().includes('...') || (fn.kind() !== 'arrow_function' && occurrencesOf(fn, 'arguments').length > 0);
  const named = list?.children().filter((child) => child.isNamed() && child.kind() !== 'comment').length ?? 0;
  return isOpen ? Number.POSITIVE_INFINITY : named;
}

/** Uses of an owned name that change the object: a written part, or a method that changes its receiver. */
export function changesOf(use: SgNode, root: SgNode): SgNode[] {
  return usesOf(use, root).filter((one) => {
    const access = one.parent();
    if (!access || !isSame(access.field('object'), one)) return false;
    const parent = access.parent();
    const kind = kindOf(parent);
    if (kind === 'update_expression') return true;
    if (kind === 'unary_expression') return parent!.children().some((child) => child.kind() === 'delete');
    if (kind.endsWith('assignment_expression')) return isSame(parent!.field('left'), access);
    if (kind === 'array_pattern' || kind === 'pair_pattern' || kind === 'for_in_statement')
      return kind !== 'for_in_statement' || isSame(parent!.field('left'), access);
    return (
      kind === 'call_expression' &&
      isSame(parent!.field('function'), access) &&
      (propertyOf(access) === undefined || CHANGING_METHODS.has(propertyOf(access)!))
    );
  });
}

/** The function that a node belongs to; undefined for code of the module. */
export function functionAround(node: SgNode): SgNode | undefined {
  return node.ancestors().find((one) => FUNCTION_KINDS.has(kindOf(one)));
}

/**
 * Whether no code but the scope's own statements can change an owned object while the scope runs: a function that is called there could,
 * when it closes over the name.
 */
export function isOnlyChangedAround(use: SgNode, scope: SgNode, root: SgNode): boolean {
  if (!isOwned(use, root)) return false;
  const own = functionAround(scope);
  const declared = functionAround(declarationOf(root, use)!);
  const changes = changesOf(use, root);
  if (!isSame(own, declared)) return changes.length === 0;
  return changes.every(
    (change) =>
      isSame(functionAround(change), own) && (endOf(change) <= startOf(scope) || startOf(change) >= endOf(scope)),
  );
}

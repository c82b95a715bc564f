import type { SgNode } from '@ast-grep/napi';
import { boundNames, declarationOf } from '../../syntax/bindings.js';
import {
  argumentsOf,
  FUNCTION_KINDS,
  isSame,
  kindOf,
  partsOf,
  propertyOf,
  unwrapped,
} from '../../syntax/source.tree.js';
import { wordSet } from '../../syntax/word.set.js';
import { isSpecial, noticedIn } from './javascript.effects.js';
import { changesOf, isOwned, usesOf } from './javascript.owned.js';
import { compiledTypeOf } from './compiled.types.js';
import { elementType, fieldOf, writtenTypeOf } from './javascript.annotations.js';
import { typeOfJavaScript } from './javascript.types.js';

const DENSE_RESULTS = wordSet('filter flat flatMap split toSorted toReversed');
const DENSE_OF_DENSE = wordSet('map slice concat sort reverse');
const KEEPS_DENSE = wordSet('push pop shift unshift sort reverse splice fill');

/**
 * Whether an array has no holes, as far as the file shows it: it is made without them, or its written type leaves no room for the
 * undefined that a hole reads as; and nothing puts a hole into it by an index, `delete`, or a new length.
 */
export function isDense(expression: SgNode, root: SgNode, depth = 0): boolean {
  const node = unwrapped(expression);
  const kind = kindOf(node);
  if (depth > 8) return false;
  if (kind === 'array') return !/(?:^\[|,)\s*,/.test(withoutParts(node));
  if (kind === 'call_expression') return isDenseCall(node, root, depth);
  if (kind === 'identifier') return isDenseName(node, root, depth);
  if (kind !== 'member_expression') return false;
  return isSolid(writtenTypeOf(node, root)) && fieldWrites(node).length === 0;
}

// What is between the elements: a hole shows as two commas that only blanks divide.
function withoutParts(array: SgNode): string {
  return array
    .children()
    .filter((child) => child.kind() !== 'comment')
    .map((child) => (child.isNamed() ? '_' : child.text()))
    .join('');
}

function isDenseCall(call: SgNode, root: SgNode, depth: number): boolean {
  const callee = call.field('function');
  if (/^(?:Object\.(?:keys|values|entries)|Array\.(?:from|of))$/.test(callee?.text() ?? '')) return true;
  const object = callee?.kind() === 'member_expression' ? callee.field('object') : null;
  if (!callee || !object || typeOfJavaScript(call, root) !== 'array') return false;
  const method = propertyOf(callee) ?? '';
  if (DENSE_RESULTS.has(method)) return true;
  if (method === 'concat')
    return (
      isDense(object, root, depth + 1) &&
      argumentsOf(call).every((arg) =>
        typeOfJavaScript(arg, root) !== 'array' ? false : isDense(arg, root, depth + 1),
      )
    );
  return DENSE_OF_DENSE.has(method) && isDense(object, root, depth + 1);
}

function isDenseName(name: SgNode, root: SgNode, depth: number): boolean {
  const declaration = declarationOf(root, name);
  const kind = kindOf(declaration);
  if (!declaration || partWrites(name, root).length > 0) return false;
  if (kind === 'rest_pattern') return true;
  const value = kind === 'variable_declarator' ? declaration.field('value') : null;
  const made = value ? unwrapped(value) : null;
  const isUnknown = !made || /^(?:identifier|member_expression|await_expression|call_expression)$/.test(kindOf(made));
  if (made && isDense(made, root, depth + 1)) return true;
  return isUnknown && !/^(?:new )?Array\b/.test(made?.text() ?? '') && isSolid(writtenTypeOf(name, root));
}

function partWrites(name: SgNode, root: SgNode): SgNode[] {
  return changesOf(name, root).filter((use) => !KEEPS_DENSE.has(propertyOf(use.parent()!) ?? ''));
}

function fieldWrites(access: SgNode): SgNode[] {
  const body = access.ancestors().find((node) => node.kind() === 'class_body');
  const same =
    body?.findAll({ rule: { kind: 'member_expression' } }).filter((one) => one.text() === access.text()) ?? [];
  return same.filter((one) => {
    const part = one.parent();
    const outer = part?.parent();
    if (!part || !isSame(part.field('object'), one)) return false;
    const isWritten = kindOf(outer).endsWith('assignment_expression') && isSame(outer!.field('left'), part);
    return isWritten || outer?.kind() === 'unary_expression' || outer?.kind() === 'update_expression';
  });
}

/** Whether a written array type has elements that are always there: not undefined, not of any type, no parameter of a generic. */
function isSolid(annotation: string | undefined): boolean {
  const element = elementType(annotation);
  return element !== undefined && isSolidType(element);
}

/** Whether a type as written has no room for undefined. Names of types are taken to be objects; short generic names are not. */
function isSolidType(type: string): boolean {
  const outer = type.replaceAll(/<[^]*>|\{[^]*\}/g, '');
  if (outer.includes('=>')) return !outer.includes('|');
  const open = /\b(?:undefined|any|unknown|void|null|never|object|Maybe\w*|Optional\w*|[A-Z]\d?)\b/;
  return !open.test(outer) && /^[\w$.{("'[]/.test(type);
}

/**
 * Whether the values of a map can never be undefined or null, so that `get` alone tells whether a key is there: the written type says
 * so, or the map is made empty in this file, never leaves it, and is only given such values.
 */
export function hasNoEmptyValues(map: SgNode, root: SgNode): boolean {
  const written = writtenTypeOf(map, root) ?? typeArguments(map, root);
  if (written !== undefined) {
    const value = /^:?\s*(?:Readonly)?Map<[^]*?,([^]+)>$/.exec(written)?.[1]?.trim();
    return value !== undefined && isFilledType(value, root);
  }
  const declaration = declarationOf(root, map);
  const made = declaration?.field('value');
  if (map.kind() !== 'identifier' || !made || made.text() !== 'new Map()' || !isOwned(map, root)) return false;
  const sets = usesOf(map, root)
    .map((use) => use.parent())
    .filter((access) => access?.kind() === 'member_expression' && propertyOf(access) === 'set')
    .map((access) => access!.parent());
  return sets.every((call) => call?.kind() === 'call_expression' && isFilled(argumentsOf(call)[1], root));
}

function typeArguments(map: SgNode, root: SgNode): string | undefined {
  const isField = map.kind() === 'member_expression' && map.field('object')?.kind() === 'this';
  const declared = isField ? fieldOf(map) : map.kind() === 'identifier' ? declarationOf(root, map) : undefined;
  const made = declared?.field('value');
  const types = made?.kind() === 'new_expression' ? made.field('type_arguments') : null;
  return types ? `Map${types.text()}` : undefined;
}

const PLAIN_TYPE = /^(?:readonly\s+)?(?:string|number|boolean|bigint|symbol)(?:\[\])*$/;

/** Types that are certain: those of the language, and those that this file itself declares as an interface, class or enum. */
function isFilledType(type: string, root: SgNode): boolean {
  if (PLAIN_TYPE.test(type)) return true;
  if (type.endsWith('[]') && !/[|&?]/.test(type)) return true;
  if (/^(?:Array|ReadonlyArray|Set|Map|ReadonlySet|ReadonlyMap|Promise|Date|RegExp)(?:<[^]*>)?$/.test(type))
    return true;
  if (/^\{[^]*\}$/.test(type) && !/\}\s*[|&]/.test(type)) return true;
  if (!/^[A-Z][\w$]*$/.test(type)) return false;
  const kinds = ['interface_declaration', 'class_declaration', 'enum_declaration'];
  return root
    .findAll({ rule: { regex: String.raw`^(?:export )?(?:abstract )?(?:interface|class|enum|const enum) ${type}\b` } })
    .some((node) => kinds.includes(kindOf(node)));
}

function isFilled(value: SgNode | undefined, root: SgNode): boolean {
  if (!value) return false;
  const node = unwrapped(value);
  if (/^(?:array|object|string|number|template_string|new_expression|arrow_function|true|false)$/.test(kindOf(node)))
    return true;
  if (kindOf(node) === 'binary_expression')
    return /^(?:[-+*/%|&^]|<<|>>>?|[<>]=?|[!=]==?)$/.test(node.field('operator')?.text() ?? '');
  return typeOfJavaScript(node, root) !== undefined;
}

const MAY_THROW = wordSet(
  'await_expression yield_expression non_null_expression as_expression new_expression array_pattern',
);
const THROWING_CALLS = /^(?:JSON\.\w+|decodeURI\w*|encodeURI\w*|BigInt|String\.fromCodePoint|Object\.\w+)$/;
const THROWING_METHODS = wordSet(
  'repeat toFixed toPrecision toExponential toString normalize toISOString localeCompare padStart padEnd reduce reduceRight valueOf toJSON',
);

/**
 * Whether a function that is given to an array's method can be called fewer times than now and nobody can tell: it is written in place,
 * has no effects, and cannot throw. In typed code the types stand for that last part; without types only reads that cannot fail pass.
 *
 * @returns what stands in the way, or undefined
 */
export function visitorProblem(visitor: SgNode, { root, typed }: { root: SgNode; typed: boolean }): string | undefined {
  if (visitor.text() === 'Boolean' && !boundNames(root).has('Boolean')) return undefined;
  if (!/^(?:arrow_function|function_expression)$/.test(kindOf(visitor)) || isSpecial(visitor)) return visitor.text();
  const noticed = noticedIn(visitor, root);
  if (noticed !== undefined) return noticed;
  const isTyped = typed && hasTypedElements(visitor, root);
  const nodes = [visitor, ...visitor.findAll({ rule: { regex: '^' } })];
  return nodes.find((node) => mayThrow(node, visitor, isTyped))?.text();
}

/** Whether the elements that a function visits have a written type that says something about them. */
function hasTypedElements(visitor: SgNode, root: SgNode): boolean {
  const array = visitor.parent()?.parent()?.field('function')?.field('object');
  const element = array ? elementTypeOf(array, root) : undefined;
  return element !== undefined && !/\b(?:any|unknown)\b/.test(element);
}

function mayThrow(node: SgNode, visitor: SgNode, typed: boolean): boolean {
  const kind = kindOf(node);
  if (MAY_THROW.has(kind) || kind === 'this' || (kind === 'object_pattern' && !typed)) return true;
  if (FUNCTION_KINDS.has(kind) && !isSame(node, visitor)) return false;
  if (kind === 'binary_expression')
    return (
      /^(?:in|instanceof)$/.test(node.field('operator')?.text() ?? '') ||
      (!typed && !/^(?:[!=]==?|&&|\|\||\?\?)$/.test(node.field('operator')?.text() ?? ''))
    );
  if (kind === 'call_expression') {
    const callee = node.field('function')?.text() ?? '';
    if (THROWING_CALLS.test(callee) || THROWING_METHODS.has(callee.split('.').at(-1)!)) return true;
    return !typed && !/^(?:Boolean|Array\.isArray|Number\.is\w+)$/.test(callee);
  }
  if (kind === 'subscript_expression') {
    // What an index finds may be undefined, whatever the types say.
    const outer = node.parent();
    return !typed || (/^(?:member|subscript|call)_expression$/.test(kindOf(outer)) && !outer!.text().includes('?.'));
  }
  if (kind !== 'member_expression' || typed) return false;
  return !node.children().some((child) => child.kind() === 'optional_chain');
}

/** Whether evaluating an operand cannot throw, change anything or take long: a name, its negation, or its comparison to a literal. */
export function isTrivial(expression: SgNode): boolean {
  const node = unwrapped(expression);
  const kind = kindOf(node);
  if (/^(?:identifier|true|false|number|string|null|undefined)$/.test(kind)) return true;
  if (kind === 'unary_expression')
    return /^!|^typeof\b/.test(node.text()) && partsOf(node).every((part) => isTrivial(part));
  if (kind !== 'binary_expression') return false;
  return /^[!=]==$/.test(node.field('operator')?.text() ?? '') && partsOf(node).every((part) => isTrivial(part));
}

/** Type of an array's elements: as written, that of what the language gives back, or what the compiler says. */
export function elementTypeOf(array: SgNode, root: SgNode): string | undefined {
  const callee = array.kind() === 'call_expression' ? array.field('function') : null;
  if (callee?.text() === 'Object.keys') return 'string';
  const isSplit = callee?.kind() === 'member_expression' && propertyOf(callee) === 'split';
  if (isSplit && typeOfJavaScript(array, root) === 'array') return 'string';
  return elementType(writtenTypeOf(array, root)) ?? compiledTypeOf(array, root)?.elements;
}

import type { SgNode } from '@ast-grep/napi';
import { boundNames } from '../../syntax/bindings.js';
import { sideEffectIn } from '../../syntax/purity.js';
import { argumentsOf, FUNCTION_KINDS, kindOf, partsOf, propertyOf, unwrapped } from '../../syntax/source.tree.js';
import { wordSet } from '../../syntax/word.set.js';
import { CHANGING_METHODS, isOwned } from './javascript.owned.js';
import { typeOfJavaScript } from './javascript.types.js';

/** Nodes that do nothing beyond what their parts do. */
const COMPOSED = wordSet(
  'statement_block expression_statement if_statement else_clause parenthesized_expression lexical_declaration variable_declaration',
  'for_statement while_statement do_statement switch_statement switch_body switch_case switch_default break_statement continue_statement',
  'return_statement throw_statement empty_statement labeled_statement statement_identifier try_statement catch_clause finally_clause',
  'subscript_expression template_string template_substitution object array pair computed_property_name binary_expression',
  'ternary_expression sequence_expression arguments optional_chain array_pattern object_pattern pair_pattern assignment_pattern',
  'object_assignment_pattern shorthand_property_identifier_pattern rest_pattern formal_parameters required_parameter',
  'identifier this super string number true false null undefined regex shorthand_property_identifier property_identifier',
  'private_property_identifier string_fragment escape_sequence as_expression satisfies_expression non_null_expression',
);

const TYPES = wordSet('type_annotation type_arguments type_identifier predefined_type type_parameters');
const VISITING = wordSet('forEach map filter some every find findIndex findLast flatMap reduce reduceRight');
const PLAIN_CLASSES = wordSet('Map Set WeakMap WeakSet Array Date Error TypeError RangeError');
const ITERATED = wordSet('array string map set');

/** Properties whose reading or writing runs code. */
interface Accessors {
  /** Whether there is any. */
  readonly isEmpty: boolean;
  has(name: string | undefined): boolean;
}

const known = new WeakMap<SgNode, Accessors>();

/** What a file itself defines as getters or setters; where it does so by names that it does not show, or has proxies, all properties. */
export function accessorsOf(root: SgNode): Accessors {
  const accessors = known.get(root) ?? findAccessors(root);
  known.set(root, accessors);
  return accessors;
}

const HIDDEN = [
  'new Proxy($$$A)',
  'Object.defineProperties($$$A)',
  'Reflect.defineProperty($$$A)',
  '$O.__defineGetter__($$$A)',
];

function findAccessors(root: SgNode): Accessors {
  const methods = root
    .findAll({ rule: { kind: 'method_definition' } })
    .filter((one) => one.children().some((child) => /^(?:get|set)$/.test(kindOf(child))))
    .map((one) => one.field('name'));
  const defined = root
    .findAll({ rule: { pattern: 'Object.defineProperty($O, $NAME, $D)' } })
    .map((one) => one.getMatch('NAME'));
  const names = new Set([...methods, ...defined].map((name) => nameIn(name)));
  const isAny = names.has(undefined) || root.has({ rule: { any: HIDDEN.map((pattern) => ({ pattern })) } });
  return isAny
    ? { isEmpty: false, has: (name) => name !== undefined }
    : { isEmpty: names.size === 0, has: (name) => name !== undefined && names.has(name) };
}

function nameIn(name: SgNode | null): string | undefined {
  if (name?.kind() === 'string') return name.text().slice(1, -1);
  return /^(?:private_)?property_identifier$/.test(kindOf(name)) ? name!.text() : undefined;
}

/** {@link sideEffectIn}, and reading what the file itself defines as a getter. */
export function noticedIn(expression: SgNode, root: SgNode): string | undefined {
  const found = sideEffectIn(expression, root);
  if (found !== undefined) return found;
  const accessors = accessorsOf(root);
  if (accessors.isEmpty) return undefined;
  const parts = [expression, ...expression.findAll({ rule: { any: READING.map((kind) => ({ kind })) } })];
  return parts.find((one) => accessors.has(readName(one)))?.text();
}

const READING = ['member_expression', 'subscript_expression', 'shorthand_property_identifier_pattern', 'pair_pattern'];

/** Name of the property that an access, or a part of a pattern, reads. */
function readName(node: SgNode): string | undefined {
  if (node.kind() === 'shorthand_property_identifier_pattern') return node.text();
  return node.kind() === 'pair_pattern' ? node.field('key')?.text() : propertyOf(node);
}

/**
 * Source text of the first thing in a piece of code that may change an object beyond those that the function has made and keeps to
 * itself, or that lets other code run. Giving a variable another value is no such thing. Undefined where there is none.
 */
export function effectIn(code: SgNode, root: SgNode): string | undefined {
  return new EffectFinder(root).find(code)?.text();
}

class EffectFinder {
  readonly #root: SgNode;
  readonly #bound: ReadonlySet<string>;
  readonly #accessors: Accessors;

  constructor(root: SgNode) {
    this.#root = root;
    this.#bound = boundNames(root);
    this.#accessors = accessorsOf(root);
  }

  find(node: SgNode): SgNode | undefined {
    const kind = kindOf(node);
    if (TYPES.has(kind)) return undefined;
    if (!this.#accessors.isEmpty && this.#accessors.has(readName(node))) return node;
    if (node.children().some((child) => child.kind() === 'using')) return node;
    if (kind === 'for_in_statement') return this.#loop(node);
    if (COMPOSED.has(kind)) return this.#first(partsOf(node));
    if (kind === 'variable_declarator') return this.#first(partsOf(node));
    if (FUNCTION_KINDS.has(kind)) return undefined;
    if (kind === 'member_expression') return this.#first(partsOf(node));
    if (kind === 'unary_expression') {
      return node.children().some((child) => child.kind() === 'delete') ? node : this.#first(partsOf(node));
    }
    if (kind === 'spread_element') return this.#spread(node);
    if (kind.endsWith('assignment_expression'))
      return this.#write(node.field('left')) ?? this.#first([node.field('right')!]);
    if (kind === 'update_expression') return this.#write(node.field('argument'));
    if (kind === 'call_expression') return this.#call(node);
    if (kind === 'new_expression') return this.#new(node);
    return node;
  }

  #first(nodes: readonly SgNode[]): SgNode | undefined {
    for (const node of nodes) {
      const found = this.find(node);
      if (found) return found;
    }
    return undefined;
  }

  #loop(node: SgNode): SgNode | undefined {
    const right = node.field('right');
    const isAwait = node.children().some((child) => child.kind() === 'await');
    const isOf = node.children().some((child) => child.kind() === 'of');
    if (!right || isAwait) return node;
    if (isOf && !ITERATED.has(typeOfJavaScript(unwrapped(right), this.#root) ?? '')) return right;
    const left = node.field('left');
    if (left && kindOf(left).endsWith('expression')) return left;
    return this.#first([right, ...(left ? [left] : []), node.field('body') ?? right]);
  }

  #spread(node: SgNode): SgNode | undefined {
    const [operand] = partsOf(node);
    if (!operand) return node;
    if (node.parent()?.kind() === 'object') return this.find(operand);
    return ITERATED.has(typeOfJavaScript(unwrapped(operand), this.#root) ?? '') ? this.find(operand) : node;
  }

  #write(target: SgNode | null): SgNode | undefined {
    if (!target) return undefined;
    if (target.kind() === 'identifier') return undefined;
    const object = target.field('object');
    if (!object || object.kind() !== 'identifier' || !isOwned(object, this.#root)) return target;
    if (this.#accessors.has(propertyOf(target))) return target;
    const index = target.field('index');
    return index ? this.find(index) : undefined;
  }

  #call(node: SgNode): SgNode | undefined {
    if (noticedIn(node, this.#root) === undefined) return undefined;
    const callee = node.field('function');
    const args = argumentsOf(node);
    if (callee?.text() === 'Array.from' && args.length === 1 && this.#isIterable(args[0]!)) return this.#first(args);
    if (callee?.kind() !== 'member_expression' || node.field('arguments')?.kind() !== 'arguments') return node;
    const object = callee.field('object');
    const method = propertyOf(callee) ?? '';
    if (!object) return node;
    if (CHANGING_METHODS.has(method) && object.kind() === 'identifier' && isOwned(object, this.#root)) {
      // A comparer of `sort` is called too.
      return args.some((arg) => FUNCTION_KINDS.has(kindOf(arg))) ? node : this.#first(args);
    }
    if (/^(?:get|has)$/.test(method) && /^(?:map|set)$/.test(typeOfJavaScript(unwrapped(object), this.#root) ?? '')) {
      return this.#first([object, ...args]);
    }
    const isVisit = VISITING.has(method) && typeOfJavaScript(unwrapped(object), this.#root) === 'array';
    if (!isVisit) return node;
    const [visitor, ...rest] = args;
    const body = visitor && FUNCTION_KINDS.has(kindOf(visitor)) ? visitor.field('body') : null;
    if (!body || isSpecial(visitor!)) return node;
    return this.find(object) ?? this.find(body) ?? this.#first(rest);
  }

  #new(node: SgNode): SgNode | undefined {
    const name = node.field('constructor')?.text() ?? '';
    if (!PLAIN_CLASSES.has(name) || this.#bound.has(name)) return node;
    const args = argumentsOf(node);
    const isPlain = args.every((arg) => !/^(?:Weak)?(?:Map|Set)$/.test(name) || this.#isIterable(arg));
    return isPlain ? this.#first(args) : node;
  }

  #isIterable(node: SgNode): boolean {
    return ITERATED.has(typeOfJavaScript(unwrapped(node), this.#root) ?? '');
  }
}

/** Whether a function is async or a generator: its body does not run when it is called, or not at once. */
export function isSpecial(fn: SgNode): boolean {
  return (
    /^(?:generator_function|generator_function_declaration)$/.test(kindOf(fn)) ||
    fn.children().some((child) => child.kind() === 'async' || child.kind() === '*')
  );
}

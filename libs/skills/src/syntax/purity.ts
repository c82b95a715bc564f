import type { SgNode } from '@ast-grep/napi';
import { boundNames, declarationOf } from './bindings.js';
import { argumentsOf, kindOf, partsOf, propertyOf, unwrapped } from './source.tree.js';
import { wordSet } from './word.set.js';

/** Global functions and static methods whose call changes nothing that a program can see. */
const PURE_GLOBALS: ReadonlySet<string> = wordSet(
  'String Number Boolean BigInt parseInt parseFloat isNaN isFinite',
  'encodeURIComponent decodeURIComponent encodeURI decodeURI',
  'JSON.stringify JSON.parse Array.isArray Date.now performance.now',
  'Object.keys Object.values Object.entries Object.hasOwn Object.is',
  'Number.isInteger Number.isFinite Number.isNaN Number.isSafeInteger Number.parseInt',
  'Number.parseFloat String.fromCharCode String.fromCodePoint Buffer.byteLength',
  'process.memoryUsage process.uptime',
);

/** Methods of strings, numbers, arrays and dates that change nothing, whatever their (pure) arguments. */
const PURE_METHODS: ReadonlySet<string> = wordSet(
  'toFixed toPrecision toExponential toString toLocaleString toISOString toJSON getTime',
  'valueOf toUpperCase toLowerCase trim trimStart trimEnd padStart padEnd repeat',
  'slice substring split join concat includes indexOf lastIndexOf startsWith',
  'endsWith at charAt charCodeAt codePointAt flat toReversed normalize',
);

/** Methods of arrays that are pure when the function that they are given is. */
const PURE_WITH_CALLBACK: ReadonlySet<string> = wordSet(
  'map filter some every find findIndex findLast flatMap reduce reduceRight',
  'toSorted',
);

const PURE_CALLBACK_GLOBALS: ReadonlySet<string> = new Set(['String', 'Number', 'Boolean']);

const LEAVES: ReadonlySet<string> = wordSet(
  'identifier this super string number true false null undefined regex',
  'shorthand_property_identifier property_identifier private_property_identifier meta_property',
  'string_fragment escape_sequence',
);

/** Nodes that are pure when all their parts are. */
const COMPOSITES: ReadonlySet<string> = wordSet(
  'member_expression subscript_expression template_string template_substitution object array',
  'pair computed_property_name binary_expression ternary_expression sequence_expression',
  'arguments parenthesized_expression optional_chain',
);

const TYPE_WRAPPERS: ReadonlySet<string> = new Set(['as_expression', 'satisfies_expression', 'non_null_expression']);

/**
 * Finds what in an expression could be noticed when the expression is not evaluated: an assignment, `++`, `--`, `delete`,
 * `await`, `yield`, `new`, or a call other than to a short list of pure built-ins.
 *
 * Read with the usual limits of a syntactic check: a getter, a proxy, or a `toJSON`, `toString` or `valueOf` that changes
 * state is not seen, and neither is an error that the expression would throw.
 *
 * @returns the source text of the first offending part, or undefined for an expression without side effects
 */
export function sideEffectIn(expression: SgNode, root: SgNode): string | undefined {
  const checker = new PurityChecker(root);
  return checker.offender(expression)?.text();
}

class PurityChecker {
  readonly #root: SgNode;
  #bound: ReadonlySet<string> | undefined;

  constructor(root: SgNode) {
    this.#root = root;
  }

  offender(node: SgNode): SgNode | undefined {
    const kind = kindOf(node);
    if (LEAVES.has(kind)) return undefined;
    if (COMPOSITES.has(kind)) return this.#firstOf(partsOf(node));
    if (TYPE_WRAPPERS.has(kind)) return this.#firstOf(partsOf(node).slice(0, 1));
    if (kind === 'unary_expression') return this.#unary(node);
    if (kind === 'spread_element') return this.#spread(node);
    if (kind === 'call_expression') return this.#call(node);
    if (kind === 'arrow_function' || kind === 'function_expression') return this.#callback(node);
    return node;
  }

  #firstOf(nodes: readonly SgNode[]): SgNode | undefined {
    for (const node of nodes) {
      const found = this.offender(node);
      if (found) return found;
    }
    return undefined;
  }

  #unary(node: SgNode): SgNode | undefined {
    return node.children().some((child) => child.kind() === 'delete') ? node : this.#firstOf(partsOf(node));
  }

  /** Spreading into a call or array runs an iterator, which may be consumed by it: only what is known to be an array passes. */
  #spread(node: SgNode): SgNode | undefined {
    const [operand] = partsOf(node);
    if (!operand) return node;
    if (node.parent()?.kind() === 'object') return this.offender(operand);
    return this.#isArray(unwrapped(operand)) ? this.offender(operand) : node;
  }

  #isArray(node: SgNode): boolean {
    if (node.kind() === 'array') return true;
    if (node.kind() === 'ternary_expression') {
      const [, yes, no] = partsOf(node);
      return Boolean(yes && no && this.#isArray(unwrapped(yes)) && this.#isArray(unwrapped(no)));
    }
    if (node.kind() === 'call_expression') {
      const callee = node.field('function');
      return Boolean(callee && ARRAY_RESULTS.test(callee.text()));
    }
    if (node.kind() !== 'identifier') return false;
    const declaration = declarationOf(this.#root, node);
    if (declaration?.kind() === 'rest_pattern') return true;
    const value = declaration?.kind() === 'variable_declarator' ? declaration.field('value') : null;
    return value !== null && value?.kind() === 'array';
  }

  #call(node: SgNode): SgNode | undefined {
    const callee = node.field('function');
    if (!callee || node.field('arguments')?.kind() !== 'arguments') return node;
    const target = unwrapped(callee);
    const rest = argumentsOf(node).filter((arg) => !this.#isPureFunction(arg));
    if (this.#isPureGlobal(target)) {
      const callsBack = /^JSON\b/.test(target.text()) ? this.#unknownFunction(argumentsOf(node)[1]) : undefined;
      return callsBack ?? this.#firstOf(rest);
    }
    if (target.kind() !== 'member_expression') return node;
    const receiver = target.field('object');
    const method = propertyOf(target) ?? '';
    if (!receiver || !this.#isPureMethod(method, argumentsOf(node))) return node;
    return this.offender(receiver) ?? this.#firstOf(rest);
  }

  /** An argument that is called if it is a function, and of which that cannot be ruled out. */
  #unknownFunction(node: SgNode | undefined): SgNode | undefined {
    if (!node || NO_FUNCTION.has(kindOf(node)) || this.#isPureFunction(node)) return undefined;
    return node;
  }

  #isPureMethod(method: string, args: readonly SgNode[]): boolean {
    const hasFunction = args.some((arg) => FUNCTIONS.has(kindOf(arg)) || this.#isPureFunction(arg));
    if (PURE_WITH_CALLBACK.has(method) && hasFunction) return args[0] !== undefined && this.#isPureFunction(args[0]);
    if (method === 'replace' || method === 'replaceAll') {
      // A shared regular expression may carry `lastIndex`; a literal is new each time.
      const pattern = kindOf(args[0]);
      if (pattern !== 'string' && pattern !== 'regex' && pattern !== 'template_string') return false;
      return args.length === 2 && !this.#unknownFunction(args[1]);
    }
    return PURE_METHODS.has(method) && !hasFunction;
  }

  #isPureFunction(node: SgNode): boolean {
    const inner = unwrapped(node);
    if (inner.kind() === 'identifier') {
      return PURE_CALLBACK_GLOBALS.has(inner.text()) && !this.#isShadowed(inner.text());
    }
    return FUNCTIONS.has(kindOf(inner)) && this.#callback(inner) === undefined;
  }

  /** Loggers call the functions that they are given, so a function is as pure as what it does. */
  #callback(node: SgNode): SgNode | undefined {
    const body = node.field('body');
    if (!body || node.children().some((child) => child.kind() === 'async')) return node;
    // A default value in the parameters is evaluated by the call.
    if (node.field('parameters')?.text().includes('=')) return node;
    if (body.kind() !== 'statement_block') return this.offender(body);
    const statements = partsOf(body);
    const [only] = statements;
    if (statements.length !== 1 || only?.kind() !== 'return_statement')
      return statements.length === 0 ? undefined : node;
    return this.#firstOf(partsOf(only));
  }

  #isPureGlobal(callee: SgNode): boolean {
    const text = callee.text().replaceAll('?.', '.');
    const isMath = /^Math\.(?!random$)\w+$/.test(text);
    return (isMath || PURE_GLOBALS.has(text)) && !this.#isShadowed(text.split('.')[0]!);
  }

  #isShadowed(name: string): boolean {
    this.#bound ??= boundNames(this.#root);
    return this.#bound.has(name);
  }
}

const FUNCTIONS: ReadonlySet<string> = new Set(['arrow_function', 'function_expression']);

const NO_FUNCTION: ReadonlySet<string> = wordSet('string number template_string array null undefined true false');

const ARRAY_RESULTS = /^Object\.(?:keys|values|entries)$|\.(?:map|filter|flatMap|slice|split|concat|flat|toSorted)$/;

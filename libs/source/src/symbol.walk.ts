import type { SgNode } from '@ast-grep/napi';
import { pieceOf, qualify, targetOf } from './symbol.names.js';

/** What kind of code a symbol is. `class` stands for what runs without a method: field initialisers, static blocks, an implicit constructor. */
export type SymbolKind = 'module' | 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor' | 'class';

/** A named piece of code before its name is made unique. */
export interface FoundSymbol {
  readonly node: SgNode;
  readonly kind: SymbolKind;
  readonly name: string;
  /** The node with what belongs before it, such as decorators. @default node */
  readonly outer?: SgNode;
}

/** Where the walk stands. */
interface Visit {
  readonly node: SgNode;
  /** Qualified name around the node; empty at module level. */
  readonly scope: string;
  /** Name that a function, class or object literal found here takes from what it is bound to. */
  readonly hint: string | undefined;
  /** Qualified name of the class around, for `this.x = () => …`. */
  readonly owner: string | undefined;
  /** Whether a function body is around: there a callback belongs to that function and takes no name of its own. */
  readonly inFunction: boolean;
  /** Whether no other function or class begins in the node. */
  readonly isAlone?: boolean;
}

type Step = (visit: Visit, emit: (kind: SymbolKind, name: string) => string) => readonly Visit[];

/**
 * Finds the named functions and classes of a tree of JavaScript or TypeScript in source order. `unique` turns a qualified name into one that is free.
 * Iterative: generated code nests deeper than a call stack.
 */
export function walkJavaScript(root: SgNode, unique: (name: string) => string): FoundSymbol[] {
  const found: FoundSymbol[] = [];
  const symbolsIn = symbolCounter(root);
  const stack: Visit[] = [{ node: root, scope: '', hint: undefined, owner: undefined, inFunction: false }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { node, scope } = visit;
    const count = symbolsIn(node);
    if (count === 0) continue;
    const type = String(node.kind());
    const step = STEPS[type] ?? visitChildren;
    const isAlone = count === 1 && SYMBOL_KINDS.has(type);
    const next = step(isAlone ? { ...visit, isAlone } : visit, (kind, name) => {
      const qualified = unique(qualify(scope, name));
      found.push({ node, kind, name: qualified });
      return qualified;
    });
    for (let index = next.length - 1; index >= 0; index--) stack.push(next[index]!);
  }
  return found;
}

const NAMED_KINDS = [
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
  'class_declaration',
  'class',
];
const TYPESCRIPT_KINDS = ['abstract_class_declaration'];

const SYMBOL_KINDS = new Set([...NAMED_KINDS, ...TYPESCRIPT_KINDS]);

/**
 * How many functions and classes begin in a node. Asking the parser for all of them at once is much cheaper than walking a tree whose
 * most nodes are parts of expressions.
 */
function symbolCounter(root: SgNode): (node: SgNode) => number {
  const starts = startsOf(root, [...NAMED_KINDS, ...TYPESCRIPT_KINDS]) ?? startsOf(root, NAMED_KINDS) ?? [];
  const sorted = Float64Array.from(starts).sort();
  const before = (place: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (node) => {
    const { start, end } = node.range();
    return before(end.index) - before(start.index);
  };
}

/** Where nodes of these kinds begin; undefined where the language has not all of the kinds. */
function startsOf(root: SgNode, kinds: readonly string[]): number[] | undefined {
  try {
    return root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } }).map((node) => node.range().start.index);
  } catch {
    return undefined;
  }
}

const skip: Step = () => [];
const visitChildren: Step = (visit) => below(visit, { hint: undefined });
const passHint: Step = (visit) => below(visit, {});

function under(visit: Visit, nodes: readonly SgNode[], changes: Partial<Visit>): Visit[] {
  return nodes.filter((node) => node.isNamed()).map((node) => ({ ...visit, ...changes, node }));
}

/** All children of a node; none where nothing is left to be found in them. */
function below(visit: Visit, changes: Partial<Visit>): Visit[] {
  return visit.isAlone ? [] : under(visit, visit.node.children(), changes);
}

/** Children of a node, with a hint for one of its fields only. */
function hinting(visit: Visit, field: string, changes: Partial<Visit>): Visit[] {
  const target = visit.node.field(field)?.id();
  return visit.node
    .children()
    .filter((child) => child.isNamed())
    .map((child) => ({ ...visit, hint: undefined, ...(child.id() === target ? changes : {}), node: child }));
}

function functionOf(kind: SymbolKind): Step {
  return (visit, emit) => {
    const own = pieceOf(visit.node.field('name'));
    // A default export and a declaration go by their own name; a bound expression by what others call it.
    const name = visit.hint === undefined || visit.hint === 'default' ? (own ?? visit.hint) : visit.hint;
    const scope = name === undefined ? visit.scope : emit(kind, name);
    return below(visit, { scope, hint: undefined, inFunction: true });
  };
}

const declaration: Step = (visit, emit) => functionOf('function')({ ...visit, hint: visit.hint && 'default' }, emit);

const classLike: Step = (visit, emit) => {
  const own = pieceOf(visit.node.field('name'));
  const bound = visit.hint !== undefined && visit.hint !== 'default' && visit.node.kind() === 'class';
  const name = bound ? visit.hint : (own ?? visit.hint);
  if (name === undefined) return visitChildren(visit, emit);
  const scope = emit('class', name);
  return below(visit, { scope, owner: scope, hint: undefined, inFunction: false });
};

const method: Step = (visit, emit) => {
  const piece = pieceOf(visit.node.field('name'));
  const scope = piece === undefined ? visit.scope : emit(methodKind(visit.node, piece), piece);
  return below(visit, { scope, hint: undefined, inFunction: true });
};

function methodKind(node: SgNode, name: string): SymbolKind {
  const keywords = node.children().map((child) => child.kind());
  if (keywords.includes('get')) return 'getter';
  if (keywords.includes('set')) return 'setter';
  return name === 'constructor' && node.parent()?.kind() === 'class_body' ? 'constructor' : 'method';
}

const objectLiteral: Step = (visit) =>
  under(visit, visit.node.children(), {
    scope: visit.hint === undefined ? visit.scope : qualify(visit.scope, visit.hint),
    hint: undefined,
  });

function bindingBy(nameField: string, valueField: string): Step {
  return (visit) => hinting(visit, valueField, { hint: pieceOf(visit.node.field(nameField)) });
}

const field: Step = (visit) => {
  const key = visit.node.field('name') ?? visit.node.field('property');
  return hinting(visit, 'value', { hint: pieceOf(key) });
};

const assignment: Step = (visit) => {
  const target = targetOf(visit.node.field('left'));
  if (!target) return visitChildren(visit, neverEmit);
  if (target.base === 'exports' && target.pieces.length === 0) {
    return hinting(visit, 'right', visit.node.field('right')?.kind() === 'object' ? {} : { hint: 'default' });
  }
  const scope = target.base === 'this' && visit.owner !== undefined ? visit.owner : visit.scope;
  return hinting(visit, 'right', { hint: target.pieces.reduce(qualify, ''), scope });
};

const exportStatement: Step = (visit) => {
  const children = visit.node.children();
  const keywords = children.map((child) => child.kind());
  const isDefault = keywords.includes('default') || keywords.includes('=');
  return under(visit, children, { hint: isDefault ? 'default' : undefined });
};

/**
 * A call in a binding of a module or class, `const handler = wrap(async () => …)`: without this, the code of one such function
 * would be lost in `<module>`. One function or object among the arguments takes the name; several stay anonymous.
 */
const call: Step = (visit) => {
  const callee = visit.node.field('function');
  const bound = visit.inFunction ? undefined : visit.hint;
  const calleeVisits = callee
    ? [{ ...visit, node: callee, hint: callee.kind() === 'parenthesized_expression' ? bound : undefined }]
    : [];
  const rest = visit.node.children().filter((child) => child.isNamed() && child.id() !== callee?.id());
  return [...calleeVisits, ...under(visit, rest, { hint: bound })];
};

const callArguments: Step = (visit) => {
  const nodes = visit.node.children().filter((child) => child.isNamed());
  const takers = nodes.filter((node) => TAKES_NAME.has(String(node.kind())));
  const taker = takers.length === 1 ? takers[0]!.id() : undefined;
  return nodes.map((node) => ({ ...visit, node, hint: node.id() === taker ? visit.hint : undefined }));
};

const TAKES_NAME = new Set([
  'arrow_function',
  'function_expression',
  'generator_function',
  'object',
  'class',
  'call_expression',
]);

const logical: Step = (visit) => {
  const keepsValue = visit.node.children().some((child) => ['||', '&&', '??'].includes(String(child.kind())));
  return under(visit, visit.node.children(), keepsValue ? {} : { hint: undefined });
};

const namespace: Step = (visit) => {
  const name = visit.node.field('name')?.text();
  const scope = name === undefined ? visit.scope : qualify(visit.scope, name);
  return under(visit, visit.node.children(), { scope, hint: undefined });
};

const neverEmit = (_kind: SymbolKind, name: string): string => name;

const STEPS: Readonly<Record<string, Step>> = {
  function_declaration: declaration,
  generator_function_declaration: declaration,
  function_expression: functionOf('function'),
  generator_function: functionOf('function'),
  arrow_function: functionOf('arrow'),
  method_definition: method,
  class_declaration: classLike,
  abstract_class_declaration: classLike,
  class: classLike,
  class_static_block: (visit) => under(visit, visit.node.children(), { hint: undefined, inFunction: true }),
  object: objectLiteral,
  pair: bindingBy('key', 'value'),
  variable_declarator: bindingBy('name', 'value'),
  required_parameter: bindingBy('pattern', 'value'),
  optional_parameter: bindingBy('pattern', 'value'),
  assignment_pattern: bindingBy('left', 'right'),
  object_assignment_pattern: bindingBy('left', 'right'),
  public_field_definition: field,
  field_definition: field,
  assignment_expression: assignment,
  augmented_assignment_expression: assignment,
  export_statement: exportStatement,
  call_expression: call,
  new_expression: call,
  arguments: callArguments,
  binary_expression: logical,
  ternary_expression: passHint,
  parenthesized_expression: passHint,
  as_expression: passHint,
  satisfies_expression: passHint,
  non_null_expression: passHint,
  type_assertion: passHint,
  await_expression: passHint,
  internal_module: namespace,
  module: namespace,
  import_statement: skip,
  interface_declaration: skip,
  type_alias_declaration: skip,
  type_annotation: skip,
  comment: skip,
} satisfies Record<string, Step>;

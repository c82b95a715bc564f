import type { SgNode } from '@ast-grep/napi';
import { endOf, isSame, kindOf, partsOf, startOf, type SourceTree } from '../../syntax/source.tree.js';
import { lineEnd, type TextEdit } from '../../syntax/text.layout.js';
import { wordSet } from '../../syntax/word.set.js';
import type { LanguageSyntax } from './language.syntax.js';
import { firstFound, namedNodes, throughKinds } from './occurrences.js';

const FUNCTION_KINDS = wordSet('function_definition lambda');

/** Kinds that stand between a name and what binds it. */
const PATTERNS = wordSet(
  'pattern_list tuple_pattern list_pattern tuple list list_splat_pattern list_splat dictionary_splat_pattern as_pattern_target',
  'typed_parameter dotted_name parenthesized_expression',
);

/** For each kind of node that binds or writes names, the fields in which; an empty list stands for any place in it. */
const BINDING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  assignment: ['left'],
  augmented_assignment: ['left'],
  named_expression: ['name'],
  for_statement: ['left'],
  for_in_clause: ['left'],
  as_pattern: ['alias'],
  parameters: [],
  lambda_parameters: [],
  default_parameter: ['name'],
  typed_default_parameter: ['name'],
  function_definition: ['name'],
  class_definition: ['name'],
  import_statement: [],
  import_from_statement: ['name'],
  aliased_import: ['alias'],
  global_statement: [],
  nonlocal_statement: [],
  delete_statement: [],
  case_pattern: [],
};

function bindingOf(node: SgNode): SgNode | undefined {
  const up = throughKinds(node, PATTERNS);
  if (!up) return undefined;
  const fields = BINDING_FIELDS[kindOf(up.parent)];
  if (!fields) return undefined;
  // The type of an annotated parameter reads a name.
  if (node.ancestors().some((one) => one.kind() === 'type' && startOf(one) >= startOf(up.child))) return undefined;
  const binds =
    fields.length === 0 ||
    fields.some((field) => up.parent.fieldChildren(field).some((child) => isSame(child, up.child)));
  return binds ? up.parent : undefined;
}

function occurrencesOf(root: SgNode, name: string): SgNode[] {
  return namedNodes(root, 'identifier', name).filter((node) => {
    const parent = node.parent();
    if (parent?.kind() === 'attribute') return !isSame(parent.field('attribute'), node);
    return parent?.kind() !== 'keyword_argument' || !isSame(parent.field('name'), node);
  });
}

const PURE_FUNCTIONS = wordSet(
  'len str int float bool repr abs min max ord chr round isinstance tuple sum sorted any all hash format',
);
const PURE_METHODS = wordSet(
  'upper lower strip lstrip rstrip split rsplit splitlines join startswith endswith replace format title capitalize',
  'find rfind index count get items keys values isdigit isalpha isspace zfill ljust rjust center encode decode casefold',
);
const LEAVES = wordSet(
  'identifier integer float true false none string_start string_content string_end escape_sequence escape_interpolation type_conversion format_specifier ellipsis',
);
const COMPOSITES = wordSet(
  'attribute subscript slice binary_operator boolean_operator comparison_operator not_operator unary_operator conditional_expression',
  'parenthesized_expression tuple list dictionary set pair string concatenated_string interpolation argument_list keyword_argument',
  'list_splat dictionary_splat expression_list',
);

function sideEffectIn(expression: SgNode, root: SgNode): string | undefined {
  const kind = kindOf(expression);
  if (LEAVES.has(kind) || kind === 'lambda') return undefined;
  if (COMPOSITES.has(kind)) return firstFound(partsOf(expression), (part) => sideEffectIn(part, root));
  if (kind !== 'call') return expression.text();
  const callee = expression.field('function');
  const args = expression.field('arguments');
  const isPureFunction =
    callee?.kind() === 'identifier' && PURE_FUNCTIONS.has(callee.text()) && !boundNames(root).has(callee.text());
  const isPureMethod = callee?.kind() === 'attribute' && PURE_METHODS.has(callee.field('attribute')?.text() ?? '');
  if (!(isPureFunction || isPureMethod) || args?.kind() !== 'argument_list') return expression.text();
  // A function among the arguments is called by what it is given to.
  if (args.find({ rule: { any: [{ kind: 'lambda' }, { kind: 'keyword_argument' }] } })) return expression.text();
  return firstFound([...(isPureMethod ? partsOf(callee) : []), args], (part) => sideEffectIn(part, root));
}

const LITERAL_TYPES: Readonly<Record<string, string>> = {
  list: 'list',
  list_comprehension: 'list',
  dictionary: 'dict',
  dictionary_comprehension: 'dict',
  set: 'set',
  set_comprehension: 'set',
  string: 'str',
  concatenated_string: 'str',
  tuple: 'tuple',
  integer: 'int',
  float: 'float',
};
const CONSTRUCTORS = wordSet('list dict set str tuple int float');
const ANNOTATED = /^(?:typing\.)?(list|dict|set|tuple|str|int|float|bool|bytes|List|Dict|Set|Tuple)(?:\[|$)/;
const METHOD_RESULTS: Readonly<Record<string, string>> = {
  split: 'list',
  splitlines: 'list',
  join: 'str',
  strip: 'str',
  lower: 'str',
  upper: 'str',
  replace: 'str',
};

function typeOf(expression: SgNode, root: SgNode, depth = 0): string | undefined {
  const kind = kindOf(expression);
  if (depth > 6) return undefined;
  if (LITERAL_TYPES[kind] !== undefined) {
    return kind === 'string' && /^[rR]?[bB]/.test(expression.text()) ? 'bytes' : LITERAL_TYPES[kind];
  }
  if (kind === 'parenthesized_expression') {
    const inner = partsOf(expression)[0];
    return inner && typeOf(inner, root, depth + 1);
  }
  if (kind === 'binary_operator') {
    const left = expression.field('left');
    const right = expression.field('right');
    const operator = expression.field('operator')?.text();
    const isText = (side: SgNode | null): boolean => side !== null && typeOf(side, root, depth + 1) === 'str';
    return isText(left) && (operator === '%' || (operator === '+' && isText(right))) ? 'str' : undefined;
  }
  if (kind === 'call') return typeOfCall(expression, root, depth);
  return kind === 'identifier' ? typeOfName(expression, root, depth) : undefined;
}

function typeOfCall(call: SgNode, root: SgNode, depth: number): string | undefined {
  const callee = call.field('function');
  if (callee?.kind() === 'identifier') {
    const name = callee.text();
    if (name === 'sorted') return boundNames(root).has(name) ? undefined : 'list';
    return CONSTRUCTORS.has(name) && !boundNames(root).has(name) ? name : undefined;
  }
  const object = callee?.field('object');
  const isText = object && typeOf(object, root, depth + 1) === 'str';
  return isText ? METHOD_RESULTS[callee?.field('attribute')?.text() ?? ''] : undefined;
}

/** The type of a name when every binding of it in its function shows the same one. */
function typeOfName(name: SgNode, root: SgNode, depth: number): string | undefined {
  const around = name.ancestors().find((node) => node.kind() === 'function_definition') ?? root;
  const inFunction = occurrencesOf(around, name.text()).filter((node) => bindingOf(node));
  const bindings =
    inFunction.length > 0 ? inFunction : occurrencesOf(root, name.text()).filter((node) => bindingOf(node));
  const types = bindings.map((node) => {
    const written = node.parent()?.field('type') ?? bindingOf(node)?.field('type');
    if (written) return annotatedType(written.text());
    const binding = bindingOf(node)!;
    if (kindOf(binding) === 'augmented_assignment') return 'same';
    const isPlain = kindOf(binding) === 'assignment' && isSame(binding.field('left'), node);
    const value = isPlain ? binding.field('right') : null;
    return value ? typeOf(value, root, depth + 1) : undefined;
  });
  const known = new Set(types.filter((type) => type !== 'same'));
  return known.size === 1 ? [...known][0] : undefined;
}

function annotatedType(text: string): string | undefined {
  return ANNOTATED.exec(text.trim())?.[1]?.toLowerCase();
}

function boundNames(root: SgNode): ReadonlySet<string> {
  const names = root.findAll({ rule: { kind: 'identifier' } });
  return new Set(names.filter((node) => isNameUse(node) && bindingOf(node)).map((node) => node.text()));
}

function isNameUse(node: SgNode): boolean {
  const parent = node.parent();
  return !(parent?.kind() === 'attribute' && isSame(parent.field('attribute'), node));
}

function importedAs(root: SgNode, module: string): string | undefined {
  // A constant of the module stands behind its head: what is imported later is not there yet.
  for (const statement of headOf(root).filter((node) => node.kind() === 'import_statement')) {
    for (const name of statement.fieldChildren('name')) {
      const [path, alias] = name.kind() === 'aliased_import' ? [name.field('name'), name.field('alias')] : [name, name];
      if (path?.text() !== module || !alias) continue;
      const local = alias.text();
      const bindings = occurrencesOf(root, local.split('.')[0]!).filter((node) => bindingOf(node));
      return bindings.length === 1 ? local : undefined;
    }
  }
  return undefined;
}

/** A file's head: comments before it, the docstring, and imports. */
function headOf(root: SgNode): SgNode[] {
  const head: SgNode[] = [];
  let isImport = false;
  for (const [index, node] of root.children().entries()) {
    const kind = kindOf(node);
    if (kind === 'comment') {
      if (index === 0 && /^#!|coding[:=]/.test(node.text())) head.push(node);
      continue;
    }
    const isDocstring: boolean = !isImport && kind === 'expression_statement' && partsOf(node)[0]?.kind() === 'string';
    if (!isDocstring && !IMPORT.test(kind)) break;
    head.push(node);
    isImport ||= !isDocstring;
  }
  return head;
}

const IMPORT = /^(?:import|import_from|future_import)_statement$/;

function moduleInsertion(tree: SourceTree, lines: readonly string[], { eol }: { eol: string }): TextEdit {
  const head = headOf(tree.root).at(-1);
  const block = lines.join(eol) + eol;
  if (!head) return { start: 0, end: 0, text: block + eol + eol };
  const end = lineEnd(tree.source, endOf(head));
  const next = tree.source.indexOf('\n', end) + 1;
  return next === 0
    ? { start: tree.source.length, end: tree.source.length, text: eol + eol + block }
    : { start: next, end: next, text: eol + block };
}

function importInsertion(tree: SourceTree, module: string, { eol }: { eol: string }): TextEdit | undefined {
  if (importedAs(tree.root, module) !== undefined) return undefined;
  const nodes = headOf(tree.root);
  const head = nodes.at(-1);
  const text = `import ${module}${eol}`;
  if (!head) return { start: 0, end: 0, text: text + eol };
  const first = nodes.find((node) => /^import(?:_from)?_statement$/.test(kindOf(node)));
  if (first) return { start: startOf(first), end: startOf(first), text };
  const next = tree.source.indexOf('\n', lineEnd(tree.source, endOf(head))) + 1;
  const at = next === 0 ? tree.source.length : next;
  return { start: at, end: at, text: `${next === 0 ? eol : ''}${eol}${text}` };
}

/** Python 3. */
export const pythonSyntax: LanguageSyntax = {
  functionKinds: FUNCTION_KINDS,
  loopKinds: wordSet('for_statement while_statement'),
  blockKinds: wordSet('module block'),
  commentKinds: wordSet('comment'),
  jumpKinds: wordSet('return_statement break_statement continue_statement raise_statement yield await'),
  literalKinds: wordSet('string integer float true false none concatenated_string'),
  readingMethods: wordSet(
    'get items keys values index count copy join split rsplit splitlines strip lstrip rstrip startswith endswith find rfind replace',
    'upper lower title format encode decode isdigit isalpha isspace union intersection difference issubset issuperset isdisjoint',
  ),
  readingFunctions: wordSet(
    'len str int float bool repr abs min max sum sorted any all enumerate zip range reversed isinstance list tuple set dict frozenset print ord map filter',
  ),
  keepingKinds: wordSet(
    'assignment named_expression list tuple dictionary set pair return_statement yield expression_list keyword_argument default_parameter lambda',
  ),
  occurrencesOf,
  isBindingOrWrite: (node) => bindingOf(node) !== undefined,
  isDeclaration: (node) =>
    !/^(?:global|nonlocal|delete)_statement$|^augmented/.test(kindOf(bindingOf(node)) || 'delete_statement'),
  isShared: (node) => /^(?:global|nonlocal)_statement$/.test(kindOf(bindingOf(node))),
  boundNames,
  callParts: (node) => {
    const callee = node.kind() === 'call' ? node.field('function') : undefined;
    const args = node.field('arguments');
    if (!callee || !args) return undefined;
    const values = args.kind() === 'argument_list' ? partsOf(args) : [args];
    return {
      callee,
      args: values.map((arg) => (arg.kind() === 'keyword_argument' ? (arg.field('value') ?? arg) : arg)),
    };
  },
  receiverCall: (node) => {
    const access = node.parent();
    if (access?.kind() !== 'attribute' || !isSame(access.field('object'), node)) return undefined;
    const call = access.parent();
    if (call?.kind() !== 'call' || !isSame(call.field('function'), access)) return undefined;
    return { call, method: access.field('attribute')?.text() ?? '' };
  },
  memberParts: (node) => {
    const object = node.field('object') ?? (node.kind() === 'subscript' ? node.field('value') : null);
    return object ? { object, property: node.field('attribute')?.text() ?? '[]' } : undefined;
  },
  isWritten: (access) => bindingOf(access) !== undefined && access.kind() !== 'identifier',
  sideEffectIn,
  typeOf: (expression, root) => typeOf(expression, root),
  importedAs,
  hasOtherImport: (root, module) => {
    const local = importedAs(root, module);
    return local === undefined ? boundNames(root).has(module.split('.')[0]!) : local !== module;
  },
  moduleInsertion,
  importInsertion,
  importRemoval: () => undefined,
};

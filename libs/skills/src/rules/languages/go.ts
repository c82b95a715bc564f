import type { SgNode } from '@ast-grep/napi';
import { endOf, isSame, kindOf, partsOf, startOf, type SourceTree } from '../../syntax/source.tree.js';
import { indentAt, lineEnd, lineStart, type TextEdit } from '../../syntax/text.layout.js';
import { wordSet } from '../../syntax/word.set.js';
import type { LanguageSyntax } from './language.syntax.js';
import { firstFound, namedNodes, throughKinds } from './occurrences.js';

const LISTS = wordSet('expression_list');

const BINDING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  short_var_declaration: ['left'],
  assignment_statement: ['left'],
  range_clause: ['left'],
  receive_statement: ['left'],
  var_spec: ['name'],
  const_spec: ['name'],
  type_spec: ['name'],
  parameter_declaration: ['name'],
  variadic_parameter_declaration: ['name'],
  function_declaration: ['name'],
  inc_statement: [],
  dec_statement: [],
  type_switch_statement: ['alias'],
};

function bindingOf(node: SgNode): SgNode | undefined {
  const up = throughKinds(node, LISTS);
  if (!up) return undefined;
  // The address of a variable lets everything write to it.
  if (up.parent.kind() === 'unary_expression' && up.parent.text().startsWith('&')) return up.parent;
  const fields = BINDING_FIELDS[kindOf(up.parent)];
  if (!fields) return undefined;
  const binds =
    fields.length === 0 ||
    fields.some((field) => up.parent.fieldChildren(field).some((child) => isSame(child, up.child)));
  return binds ? up.parent : undefined;
}

function occurrencesOf(root: SgNode, name: string): SgNode[] {
  // A package is named by another kind of node where a type of it stands, as in `fmt.Stringer`.
  const packages = namedNodes(root, 'package_identifier', name).filter(
    (node) => kindOf(node.parent()) === 'qualified_type',
  );
  return [...namedNodes(root, 'identifier', name), ...packages];
}

const DECLARING =
  /^(?:short_var_declaration|range_clause|receive_statement|type_switch_statement|var_spec|const_spec|(?:variadic_)?parameter_declaration)$/;

const LEAVES = wordSet(
  'identifier field_identifier type_identifier int_literal float_literal rune_literal interpreted_string_literal raw_string_literal true false nil iota',
);
const COMPOSITES = wordSet(
  'selector_expression index_expression binary_expression parenthesized_expression argument_list slice_expression',
);
const PURE_FUNCTIONS = wordSet(
  'len cap string int int64 int32 uint uint64 float64 min max',
  'strings.TrimSpace strings.ToLower strings.ToUpper strings.HasPrefix strings.HasSuffix strings.Contains strings.Index strings.Trim',
  'strings.Split strings.Join strings.Fields strings.Repeat strings.TrimPrefix strings.TrimSuffix strings.ReplaceAll strings.Count',
  'strconv.Itoa strconv.Quote strconv.FormatInt fmt.Sprintf fmt.Sprint',
);

function sideEffectIn(expression: SgNode, root: SgNode): string | undefined {
  const kind = kindOf(expression);
  if (LEAVES.has(kind)) return undefined;
  if (COMPOSITES.has(kind)) return firstFound(partsOf(expression), (part) => sideEffectIn(part, root));
  if (kind === 'unary_expression') {
    return /^[-+!^]/.test(expression.text())
      ? firstFound(partsOf(expression), (part) => sideEffectIn(part, root))
      : expression.text();
  }
  if (kind !== 'call_expression') return expression.text();
  const callee = expression.field('function')?.text() ?? '';
  const args = expression.field('arguments');
  if (!PURE_FUNCTIONS.has(callee) || boundNames(root).has(callee.split('.')[0]!) || !args) return expression.text();
  return sideEffectIn(args, root);
}

const LITERAL_TYPES: Readonly<Record<string, string>> = {
  interpreted_string_literal: 'string',
  raw_string_literal: 'string',
  int_literal: 'int',
  float_literal: 'float64',
  true: 'bool',
  false: 'bool',
};

function typeOf(expression: SgNode, root: SgNode, depth = 0): string | undefined {
  const kind = kindOf(expression);
  if (depth > 6) return undefined;
  if (LITERAL_TYPES[kind] !== undefined) return LITERAL_TYPES[kind];
  if (kind === 'expression_list' || kind === 'parenthesized_expression') {
    const [only, ...more] = partsOf(expression);
    return only && more.length === 0 ? typeOf(only, root, depth + 1) : undefined;
  }
  if (kind === 'composite_literal') return typeName(expression.field('type'));
  if (kind === 'call_expression') {
    const callee = expression.field('function')?.text() ?? '';
    const first = partsOf(expression.field('arguments') ?? expression)[0];
    if (callee === 'make') return typeName(first ?? null);
    if (callee === 'len' || callee === 'cap') return boundNames(root).has(callee) ? undefined : 'int';
    if (callee === 'append') return 'slice';
    return callee === 'string' || /^strings\.(?:To|Trim|Join|Repeat|Replace)/.test(callee) ? 'string' : undefined;
  }
  return kind === 'identifier' ? typeOfName(expression, root, depth) : undefined;
}

function typeOfName(name: SgNode, root: SgNode, depth: number): string | undefined {
  const around =
    name.ancestors().find((node) => FUNCTION_KINDS.has(kindOf(node)) && node.kind() !== 'func_literal') ?? root;
  const uses = occurrencesOf(around, name.text());
  const declarations = uses.map(bindingOf).filter((node) => node && DECLARING.test(kindOf(node)));
  const types = declarations.map((binding) => {
    const written = binding!.field('type');
    if (written) return binding!.kind() === 'variadic_parameter_declaration' ? 'slice' : typeName(written);
    if (binding!.kind() !== 'short_var_declaration' && binding!.kind() !== 'var_spec') return undefined;
    const left =
      binding!.kind() === 'var_spec' ? binding!.fieldChildren('name') : partsOf(binding!.field('left') ?? binding!);
    const right = partsOf(binding!.field(binding!.kind() === 'var_spec' ? 'value' : 'right') ?? binding!);
    const index = left.findIndex((one) => one.text() === name.text());
    return left.length === right.length && right[index] ? typeOf(right[index], root, depth + 1) : undefined;
  });
  return new Set(types).size === 1 ? types[0] : undefined;
}

function typeName(type: SgNode | null): string | undefined {
  const kind = kindOf(type);
  if (kind === 'slice_type') return type!.text() === '[]byte' ? 'bytes' : 'slice';
  if (kind === 'map_type') return 'map';
  if (kind === 'qualified_type') return type!.text();
  if (kind === 'pointer_type') return `*${typeName(partsOf(type!)[0] ?? null) ?? ''}`;
  return kind === 'type_identifier' ? type!.text() : undefined;
}

function boundNames(root: SgNode): ReadonlySet<string> {
  return new Set(
    root
      .findAll({ rule: { kind: 'identifier' } })
      .filter((node) => bindingOf(node))
      .map((node) => node.text()),
  );
}

function importSpecs(root: SgNode): SgNode[] {
  return root.findAll({ rule: { kind: 'import_spec' } });
}

function pathOf(spec: SgNode): string {
  return spec.field('path')?.text().slice(1, -1) ?? '';
}

function localName(spec: SgNode): string {
  return spec.field('name')?.text() ?? pathOf(spec).split('/').at(-1)!;
}

function specOf(root: SgNode, module: string): SgNode | undefined {
  return importSpecs(root).find((spec) => pathOf(spec) === module);
}

function importedAs(root: SgNode, module: string): string | undefined {
  const spec = specOf(root, module);
  if (!spec) return undefined;
  const local = localName(spec);
  return local === '.' || local === '_' || boundNames(root).has(local) ? undefined : local;
}

function moduleInsertion(tree: SourceTree, lines: readonly string[], { eol }: { eol: string }): TextEdit {
  const head = tree.root
    .children()
    .filter((node) => node.kind() === 'import_declaration' || node.kind() === 'package_clause')
    .at(-1);
  const block = lines.join(eol) + eol;
  if (!head) return { start: 0, end: 0, text: block + eol };
  const next = tree.source.indexOf('\n', lineEnd(tree.source, endOf(head))) + 1;
  const at = next === 0 ? tree.source.length : next;
  return { start: at, end: at, text: `${next === 0 ? eol : ''}${eol}${block}` };
}

function importInsertion(
  tree: SourceTree,
  module: string,
  { eol, indent }: { eol: string; indent: string },
): TextEdit | undefined {
  const { root, source } = tree;
  if (specOf(root, module)) return undefined;
  const list = root.find({ rule: { kind: 'import_spec_list' } });
  const specs = list?.children().filter((node) => node.kind() === 'import_spec') ?? [];
  if (list && specs.length > 0) {
    const group = firstGroup(specs, source);
    const after = group.filter((spec) => (spec.field('path')?.text() ?? '') < `"${module}"`).at(-1);
    const anchor = after ?? group[0]!;
    const blank = indentAt(source, startOf(anchor));
    if (after) {
      // Behind the line and not at its end: the line itself may be taken away by the same patch.
      const at = source.indexOf('\n', endOf(after)) + 1;
      return at === 0 ? undefined : { start: at, end: at, text: `${blank}"${module}"${eol}` };
    }
    const at = lineStart(source, startOf(anchor));
    return { start: at, end: at, text: `${blank || indent}"${module}"${eol}` };
  }
  const head =
    root
      .children()
      .filter((node) => node.kind() === 'import_declaration')
      .at(-1) ?? root.children().find((node) => node.kind() === 'package_clause');
  if (!head) return undefined;
  const next = source.indexOf('\n', lineEnd(source, endOf(head))) + 1;
  const at = next === 0 ? source.length : next;
  const gap = head.kind() === 'package_clause' ? eol : '';
  return { start: at, end: at, text: `${next === 0 ? eol : ''}${gap}import "${module}"${eol}` };
}

/** Imports up to the first blank line: those of the standard library, as gofmt's users keep them. */
function firstGroup(specs: readonly SgNode[], source: string): SgNode[] {
  const group: SgNode[] = [];
  for (const spec of specs) {
    const before = group.at(-1);
    if (before && /\n[ \t]*\r?\n/.test(source.slice(endOf(before), startOf(spec)))) break;
    group.push(spec);
  }
  return group;
}

function importRemoval({ root, source }: SourceTree, module: string, isReplaced: boolean): TextEdit | undefined {
  const spec = specOf(root, module);
  const declaration = spec?.ancestors().find((node) => node.kind() === 'import_declaration');
  if (!spec || !declaration) return undefined;
  const isAlone = declaration.findAll({ rule: { kind: 'import_spec' } }).length === 1;
  const isListed = spec.parent()?.kind() === 'import_spec_list';
  const node = isAlone && !(isListed && isReplaced) ? declaration : spec;
  const start = lineStart(source, startOf(node));
  const end = source.indexOf('\n', lineEnd(source, endOf(node))) + 1 || source.length;
  const isOnOwnLines = source.slice(start, startOf(node)).trim() === '' && source.slice(endOf(node), end).trim() === '';
  // A comment behind it stays; the import must go, since Go refuses one that nothing uses.
  if (isOnOwnLines) return { start, end, text: '' };
  const blanks = /^[ \t]*/.exec(source.slice(endOf(node)))![0].length;
  return { start: startOf(node), end: endOf(node) + blanks, text: '' };
}

const FUNCTION_KINDS = wordSet('function_declaration method_declaration func_literal');

/** Go. */
export const goSyntax: LanguageSyntax = {
  functionKinds: FUNCTION_KINDS,
  loopKinds: wordSet('for_statement'),
  blockKinds: wordSet('block statement_list source_file'),
  commentKinds: wordSet('comment'),
  jumpKinds: wordSet(
    'return_statement break_statement continue_statement goto_statement fallthrough_statement defer_statement go_statement',
  ),
  literalKinds: wordSet(
    'interpreted_string_literal raw_string_literal int_literal float_literal rune_literal true false nil',
  ),
  readingMethods: new Set(),
  readingFunctions: wordSet('len cap string min max fmt.Sprintf fmt.Println strings.Join strings.Contains'),
  keepingKinds: wordSet(
    'expression_list short_var_declaration assignment_statement var_spec literal_element keyed_element return_statement send_statement composite_literal',
  ),
  occurrencesOf,
  isBindingOrWrite: (node) => bindingOf(node) !== undefined,
  isDeclaration: (node) => DECLARING.test(kindOf(bindingOf(node))),
  isShared: (node) => kindOf(bindingOf(node)) === 'unary_expression',
  boundNames,
  callParts: (node) => {
    const callee = node.kind() === 'call_expression' ? node.field('function') : undefined;
    const args = node.field('arguments');
    return callee && args ? { callee, args: partsOf(args) } : undefined;
  },
  receiverCall: (node) => {
    const access = node.parent();
    if (access?.kind() !== 'selector_expression' || !isSame(access.field('operand'), node)) return undefined;
    const call = access.parent();
    if (call?.kind() !== 'call_expression' || !isSame(call.field('function'), access)) return undefined;
    return { call, method: access.field('field')?.text() ?? '' };
  },
  memberParts: (node) => {
    const object =
      node.kind() === 'selector_expression'
        ? node.field('operand')
        : node.kind() === 'index_expression'
          ? node.field('operand')
          : null;
    return object ? { object, property: node.field('field')?.text() ?? '[]' } : undefined;
  },
  isWritten: (access) => access.kind() !== 'identifier' && bindingOf(access) !== undefined,
  sideEffectIn,
  typeOf: (expression, root) => typeOf(expression, root),
  importedAs,
  hasOtherImport: (root, module) => {
    const local = module.split('/').at(-1)!;
    const others = importSpecs(root).filter((spec) => localName(spec) === local && pathOf(spec) !== module);
    const own = specOf(root, module);
    return others.length > 0 || boundNames(root).has(local) || (own !== undefined && localName(own) !== local);
  },
  moduleInsertion,
  importInsertion,
  importRemoval,
};

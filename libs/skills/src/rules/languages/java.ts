import type { SgNode } from '@ast-grep/napi';
import { endOf, isSame, kindOf, partsOf, startOf, type SourceTree } from '../../syntax/source.tree.js';
import { lineEnd, type TextEdit } from '../../syntax/text.layout.js';
import { wordSet } from '../../syntax/word.set.js';
import type { LanguageSyntax } from './language.syntax.js';
import { firstFound, namedNodes } from './occurrences.js';

const BINDING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  variable_declarator: ['name'],
  assignment_expression: ['left'],
  update_expression: [],
  formal_parameter: ['name'],
  spread_parameter: [],
  catch_formal_parameter: ['name'],
  enhanced_for_statement: ['name'],
  inferred_parameters: [],
  lambda_expression: ['parameters'],
  resource: ['name'],
  instanceof_expression: ['name'],
  type_pattern: [],
};

function bindingOf(node: SgNode): SgNode | undefined {
  const parent = node.parent();
  const fields = BINDING_FIELDS[kindOf(parent)];
  if (!parent || !fields) return undefined;
  const binds = fields.length === 0 || fields.some((field) => isSame(parent.field(field), node));
  return binds ? parent : undefined;
}

/** For each kind of parent, the field in which an identifier is no variable. */
const MEMBER_FIELDS: Readonly<Record<string, string>> = {
  field_access: 'field',
  method_invocation: 'name',
  method_declaration: 'name',
  constructor_declaration: 'name',
  class_declaration: 'name',
  marker_annotation: 'name',
  annotation: 'name',
};

function occurrencesOf(root: SgNode, name: string): SgNode[] {
  return namedNodes(root, 'identifier', name).filter((node) => {
    const parent = node.parent();
    const field = MEMBER_FIELDS[kindOf(parent)];
    return field === undefined || !isSame(parent!.field(field), node);
  });
}

const LEAVES = wordSet(
  'identifier this string_literal decimal_integer_literal decimal_floating_point_literal hex_integer_literal character_literal true false null_literal',
  'string_fragment multiline_string_fragment escape_sequence type_identifier integral_type floating_point_type boolean_type generic_type class_literal',
);
const COMPOSITES = wordSet(
  'field_access binary_expression parenthesized_expression ternary_expression array_access argument_list cast_expression string_literal',
);
const PURE_METHODS = wordSet(
  'length charAt substring trim strip toLowerCase toUpperCase startsWith endsWith contains indexOf lastIndexOf isEmpty isBlank size',
  'get getOrDefault containsKey equals equalsIgnoreCase hashCode concat repeat intValue longValue name ordinal',
);
const PURE_STATIC =
  /^(?:Math\.(?!random$)\w+|String\.(?:valueOf|join|format)|Integer\.(?:parseInt|valueOf|toString|compare)|Long\.(?:parseLong|valueOf|toString)|Objects\.(?:equals|hash|toString))$/;

function sideEffectIn(expression: SgNode, root: SgNode): string | undefined {
  const kind = kindOf(expression);
  if (LEAVES.has(kind)) return undefined;
  if (COMPOSITES.has(kind)) return firstFound(partsOf(expression), (part) => sideEffectIn(part, root));
  if (kind === 'unary_expression') return firstFound(partsOf(expression), (part) => sideEffectIn(part, root));
  if (kind !== 'method_invocation') return expression.text();
  const object = expression.field('object');
  const name = expression.field('name')?.text() ?? '';
  const args = expression.field('arguments');
  if (!object || !args) return expression.text();
  const isStatic = PURE_STATIC.test(`${object.text()}.${name}`) && !boundNames(root).has(object.text());
  if (!isStatic && !PURE_METHODS.has(name)) return expression.text();
  return firstFound(isStatic ? [args] : [object, args], (part) => sideEffectIn(part, root));
}

function typeOf(expression: SgNode, root: SgNode): string | undefined {
  const kind = kindOf(expression);
  if (kind === 'string_literal') return 'String';
  if (kind === 'decimal_integer_literal') return /[lL]$/.test(expression.text()) ? 'long' : 'int';
  if (kind === 'object_creation_expression') return baseType(expression.field('type'));
  if (kind === 'parenthesized_expression') {
    const inner = partsOf(expression)[0];
    return inner && typeOf(inner, root);
  }
  if (kind === 'binary_expression') {
    const parts = partsOf(expression);
    const isPlus = expression.children().some((child) => child.kind() === '+');
    return isPlus && parts.some((part) => typeOf(part, root) === 'String') ? 'String' : undefined;
  }
  if (kind === 'field_access' && expression.field('object')?.kind() === 'this')
    return typeOfField(expression.field('field')!, root);
  return kind === 'identifier' ? (typeOfLocal(expression, root) ?? typeOfField(expression, root)) : undefined;
}

/** The type of a variable of the method around; with several of that name, only when all have the same. */
function typeOfLocal(name: SgNode, root: SgNode): string | undefined {
  const around = name.ancestors().find((node) => METHOD_KINDS.has(kindOf(node))) ?? root;
  const declared = occurrencesOf(around, name.text()).flatMap((node) => {
    const binding = bindingOf(node);
    return binding && DECLARING.has(kindOf(binding)) ? [writtenType(binding)] : [];
  });
  return new Set(declared).size === 1 ? declared[0] : undefined;
}

function writtenType(binding: SgNode): string | undefined {
  if (binding.kind() === 'spread_parameter') return 'array';
  const written = binding.field('type') ?? binding.parent()?.field('type') ?? null;
  if (written?.text() !== 'var') return baseType(written);
  const value = binding.field('value');
  return value ? typeOf(value, binding) : undefined;
}

function typeOfField(name: SgNode, root: SgNode): string | undefined {
  const body =
    name.ancestors().find((node) => kindOf(node).endsWith('_body') && node.parent()?.kind() !== 'method_declaration') ??
    root;
  const fields = body.children().filter((node) => node.kind() === 'field_declaration');
  const field = fields.find((one) =>
    one.fieldChildren('declarator').some((declarator) => declarator.field('name')?.text() === name.text()),
  );
  return field ? baseType(field.field('type')) : undefined;
}

function baseType(type: SgNode | null): string | undefined {
  if (!type) return undefined;
  if (type.kind() === 'array_type') return 'array';
  return /^[\w.]+/.exec(type.text())?.[0]?.split('.').at(-1);
}

function boundNames(root: SgNode): ReadonlySet<string> {
  return new Set(
    root
      .findAll({ rule: { kind: 'identifier' } })
      .filter((node) => bindingOf(node))
      .map((node) => node.text()),
  );
}

function imports(root: SgNode): SgNode[] {
  return root.children().filter((node) => node.kind() === 'import_declaration');
}

function importPath(node: SgNode): string {
  return node.text().replaceAll(/^import\s+(?:static\s+)?|\s*;$/g, '');
}

/** Whether the last name of a type is a variable, a type of the file, or an imported type of another package. */
function isOtherType(root: SgNode, module: string): boolean {
  const local = module.split('.').at(-1)!;
  const declared = root
    .findAll({ rule: { any: TYPE_DECLARATIONS.map((kind) => ({ kind })) } })
    .some((node) => node.field('name')?.text() === local);
  const others = imports(root).filter((node) => importPath(node) !== module && importPath(node).endsWith(`.${local}`));
  return declared || others.length > 0 || boundNames(root).has(local);
}

const TYPE_DECLARATIONS = ['class', 'interface', 'enum', 'record', 'annotation_type'].map(
  (one) => `${one}_declaration`,
);

function importedAs(root: SgNode, module: string): string | undefined {
  // A class of this name that is imported by itself, or declared here, goes before those of a whole package.
  if (isOtherType(root, module)) return undefined;
  const local = module.split('.').at(-1)!;
  const wildcard = `${module.slice(0, module.lastIndexOf('.'))}.*`;
  const paths = imports(root).map(importPath);
  const isImplicit = module.startsWith('java.lang.') && module.split('.').length === 3;
  return paths.includes(module) || paths.includes(wildcard) || isImplicit ? local : undefined;
}

function importInsertion({ root, source }: SourceTree, module: string, { eol }: { eol: string }): TextEdit | undefined {
  if (importedAs(root, module) !== undefined) return undefined;
  const known = imports(root);
  const after = known.filter((node) => importPath(node) < module && !/^import\s+static/.test(node.text())).at(-1);
  const head =
    after ?? (known.length > 0 ? undefined : root.children().find((node) => node.kind() === 'package_declaration'));
  if (!head)
    return {
      start: known[0] ? startOf(known[0]) : 0,
      end: known[0] ? startOf(known[0]) : 0,
      text: `import ${module};${eol}`,
    };
  const next = source.indexOf('\n', lineEnd(source, endOf(head))) + 1;
  const at = next === 0 ? source.length : next;
  const gap = head.kind() === 'package_declaration' ? eol : '';
  return { start: at, end: at, text: `${next === 0 ? eol : ''}${gap}import ${module};${eol}` };
}

const METHOD_KINDS = wordSet(
  'method_declaration constructor_declaration compact_constructor_declaration static_initializer',
);
const DECLARING = wordSet(
  'variable_declarator formal_parameter spread_parameter catch_formal_parameter enhanced_for_statement resource',
);

/** Java. */
export const javaSyntax: LanguageSyntax = {
  functionKinds: wordSet(
    'method_declaration constructor_declaration compact_constructor_declaration lambda_expression static_initializer',
  ),
  loopKinds: wordSet('for_statement enhanced_for_statement while_statement do_statement'),
  blockKinds: wordSet('block constructor_body'),
  commentKinds: wordSet('line_comment block_comment'),
  jumpKinds: wordSet('return_statement break_statement continue_statement throw_statement yield_statement'),
  literalKinds: wordSet(
    'string_literal decimal_integer_literal decimal_floating_point_literal character_literal true false null_literal',
  ),
  readingMethods: wordSet(
    'get getOrDefault containsKey containsValue contains size isEmpty keySet values entrySet length charAt substring trim indexOf lastIndexOf',
    'startsWith endsWith equals equalsIgnoreCase hashCode toString toLowerCase toUpperCase split isBlank chars stream forEach iterator',
  ),
  readingFunctions: wordSet('equals valueOf hash requireNonNull println printf format'),
  keepingKinds: wordSet(
    'variable_declarator assignment_expression array_initializer return_statement yield_statement lambda_expression object_creation_expression',
  ),
  occurrencesOf,
  isBindingOrWrite: (node) => bindingOf(node) !== undefined,
  isDeclaration: (node) => DECLARING.has(kindOf(bindingOf(node))),
  boundNames,
  callParts: (node) => {
    const isCall = node.kind() === 'method_invocation' || node.kind() === 'object_creation_expression';
    const callee = isCall ? (node.field('name') ?? node.field('type')) : null;
    const args = node.field('arguments');
    return callee && args ? { callee, args: partsOf(args) } : undefined;
  },
  receiverCall: (node) => {
    const call = node.parent();
    if (call?.kind() !== 'method_invocation' || !isSame(call.field('object'), node)) return undefined;
    return { call, method: call.field('name')?.text() ?? '' };
  },
  memberParts: (node) => {
    if (node.kind() === 'field_access') {
      const object = node.field('object');
      return object ? { object, property: node.field('field')?.text() ?? '' } : undefined;
    }
    const array = node.kind() === 'array_access' ? node.field('array') : null;
    return array ? { object: array, property: '[]' } : undefined;
  },
  isWritten: (access) => access.kind() !== 'identifier' && bindingOf(access) !== undefined,
  sideEffectIn,
  typeOf,
  importedAs,
  hasOtherImport: (root, module) => isOtherType(root, module),
  moduleInsertion: ({ source }) => ({ start: source.length, end: source.length, text: '' }),
  importInsertion,
  importRemoval: ({ root, source }, module) => {
    const node = imports(root).find((one) => importPath(one) === module);
    const end = node ? source.indexOf('\n', lineEnd(source, endOf(node))) + 1 : 0;
    return node && end > 0 ? { start: startOf(node), end, text: '' } : undefined;
  },
  // The outermost class: one without a name, or an inner one of an older Java, has no static members.
  classStart: (node) => {
    const owner = node
      .ancestors()
      .filter((one) => one.kind() === 'class_declaration')
      .at(-1);
    const body = owner?.field('body');
    return owner && body ? { offset: startOf(body) + 1, indentOf: owner } : undefined;
  },
};

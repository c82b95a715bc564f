import type { SgNode } from '@ast-grep/napi';
import { endOf, FUNCTION_KINDS, isSame, kindOf, startOf } from './source.tree.js';

const NAME_KINDS = ['identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern'];

/** For each kind of parent, the fields in which a name is declared or written; an empty list stands for any place in it. */
const BINDING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  variable_declarator: ['name'],
  required_parameter: ['pattern'],
  optional_parameter: ['pattern'],
  formal_parameters: [],
  arrow_function: ['parameter'],
  function_declaration: ['name'],
  function_expression: ['name'],
  generator_function: ['name'],
  generator_function_declaration: ['name'],
  function_signature: ['name'],
  enum_declaration: ['name'],
  internal_module: ['name'],
  class_declaration: ['name'],
  class: ['name'],
  import_clause: [],
  namespace_import: [],
  import_require_clause: [],
  catch_clause: ['parameter'],
  array_pattern: [],
  rest_pattern: [],
  assignment_pattern: ['left'],
  object_assignment_pattern: ['left'],
  pair_pattern: ['value'],
  for_in_statement: ['left'],
  assignment_expression: ['left'],
  augmented_assignment_expression: ['left'],
  update_expression: [],
};

/** Whether this occurrence of a name declares it or writes to it, as opposed to reading it. */
export function isBindingOrWrite(node: SgNode): boolean {
  if (node.kind() === 'shorthand_property_identifier_pattern') return true;
  const parent = node.parent();
  if (parent?.kind() === 'import_specifier') {
    return isSame(parent.field('alias') ?? parent.field('name'), node);
  }
  const fields = BINDING_FIELDS[kindOf(parent)];
  if (!parent || !fields) return false;
  return fields.length === 0 || fields.some((field) => isSame(parent.field(field), node));
}

/** Every occurrence of a name as a value below a node, property names not counted. */
export function occurrencesOf(root: SgNode, name: string): SgNode[] {
  return root
    .findAll({ rule: { any: NAME_KINDS.map((kind) => ({ kind })), regex: `^${escaped(name)}$` } })
    .filter((node) => node.text() === name);
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** Names that a file declares or writes anywhere. A global of one of these names may be something else there. */
export function boundNames(root: SgNode): ReadonlySet<string> {
  return new Set(
    namesBelow(root)
      .filter((node) => isTypeName(node) || isBindingOrWrite(node))
      .map((node) => node.text()),
  );
}

// Not by kind: grammars without types do not know the kind of a type's name, and refuse a rule that names it.
function namesBelow(root: SgNode): SgNode[] {
  const kinds = new Set([...NAME_KINDS, 'type_identifier']);
  return root
    .findAll({ rule: { regex: String.raw`^[\p{L}_$][\p{L}\p{M}\p{N}_$]*$` } })
    .filter((node) => kinds.has(kindOf(node)));
}

function isTypeName(node: SgNode): boolean {
  // `Map` of `Map<string, number>` is the name of a generic type that is used there.
  const parent = node.parent();
  return node.kind() === 'type_identifier' && kindOf(parent) !== 'generic_type' && isSame(parent?.field('name'), node);
}

/** A name that no identifier of the file has: the wanted one, or the wanted one with a number behind it. */
export function freeName(root: SgNode, wanted: string, taken: Set<string>, separator = ''): string {
  const used = new Set(namesBelow(root).map((node) => node.text()));
  let name = wanted;
  for (let count = 2; used.has(name) || taken.has(name); count++) name = `${wanted}${separator}${count}`;
  taken.add(name);
  return name;
}

/** What a name in scope at `use` is declared by; undefined for a global, or when more than one declaration is possible. */
export function declarationOf(root: SgNode, use: SgNode): SgNode | undefined {
  const declarations = occurrencesOf(root, use.text())
    .filter((node) => isBindingOrWrite(node))
    .filter((node) => {
      const scope = scopeOf(node);
      return startOf(scope) <= startOf(use) && endOf(use) <= endOf(scope);
    });
  return declarations.length === 1 ? (declarations[0]!.parent() ?? undefined) : undefined;
}

/** The node inside which a declared name can be seen: the block, or the function for `var` and parameters. */
export function scopeOf(name: SgNode): SgNode {
  const ancestors = name.ancestors();
  const isVar = ancestors.find((node) => kindOf(node).endsWith('_declaration'))?.kind() === 'variable_declaration';
  const scope = ancestors.find((node) =>
    isVar ? FUNCTION_SCOPES.has(kindOf(node)) : BLOCK_SCOPES.has(kindOf(node)) || FUNCTION_SCOPES.has(kindOf(node)),
  );
  return scope ?? ancestors.at(-1) ?? name;
}

const FUNCTION_SCOPES = new Set([...FUNCTION_KINDS, 'program']);
const BLOCK_SCOPES = new Set(['statement_block', 'for_statement', 'for_in_statement', 'switch_body', 'catch_clause']);

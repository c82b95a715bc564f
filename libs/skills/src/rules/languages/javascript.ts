import type { SgNode } from '@ast-grep/napi';
import { boundNames, isBindingOrWrite, occurrencesOf } from '../../syntax/bindings.js';
import { argumentsOf, FUNCTION_KINDS, isSame, kindOf, propertyOf } from '../../syntax/source.tree.js';
import { moduleInsertion } from '../../syntax/text.layout.js';
import { wordSet } from '../../syntax/word.set.js';
import { noticedIn } from './javascript.effects.js';
import { elementTypeOf, hasNoEmptyValues, isDense, isTrivial, visitorProblem } from './javascript.elements.js';
import { hasLevelCheck } from './javascript.loggers.js';
import { typeOfJavaScript } from './javascript.types.js';
import { buildProblem, isOnlyRead, isVisitor, stillProblem, takesUndefined } from './javascript.uses.js';
import type { LanguageSyntax } from './language.syntax.js';

const DECLARING = wordSet(
  'variable_declarator required_parameter optional_parameter formal_parameters arrow_function catch_clause',
  'function_declaration function_expression generator_function_declaration class_declaration import_clause namespace_import import_specifier',
);

function isWritten(access: SgNode): boolean {
  const parent = access.parent();
  const kind = kindOf(parent);
  if (kind === 'update_expression') return true;
  if (kind === 'unary_expression') return parent!.children().some((child) => child.kind() === 'delete');
  return kind.endsWith('assignment_expression') && isSame(parent!.field('left'), access);
}

/** JavaScript, TypeScript and TSX. */
export const javascriptSyntax: LanguageSyntax = {
  functionKinds: FUNCTION_KINDS,
  loopKinds: wordSet('for_statement for_in_statement while_statement do_statement'),
  blockKinds: wordSet('program statement_block'),
  commentKinds: wordSet('comment html_comment'),
  jumpKinds: wordSet(
    'return_statement break_statement continue_statement throw_statement await_expression yield_expression',
  ),
  literalKinds: wordSet('string number true false null regex undefined'),
  readingMethods: wordSet(
    'has get keys values entries forEach map filter find findIndex findLast some every includes indexOf lastIndexOf slice concat',
    'join flat flatMap reduce reduceRight at charAt charCodeAt codePointAt startsWith endsWith substring split trim toString',
    'toUpperCase toLowerCase padStart padEnd match test search localeCompare toSorted toReversed',
  ),
  readingFunctions: wordSet(
    'Object.keys Object.values Object.entries Object.hasOwn Object.is JSON.stringify Array.isArray String Number Boolean BigInt',
    'Math.min Math.max Math.floor Math.ceil Math.round Math.abs Math.trunc Number.isInteger Number.isFinite isNaN isFinite parseInt parseFloat',
  ),
  keepingKinds: wordSet(
    'variable_declarator assignment_expression augmented_assignment_expression array object pair return_statement yield_expression',
    'assignment_pattern arrow_function export_statement public_field_definition field_definition throw_statement',
  ),
  occurrencesOf,
  isBindingOrWrite,
  isDeclaration: (node) => isBindingOrWrite(node) && DECLARING.has(kindOf(node.parent())),
  boundNames,
  callParts: (node) => {
    const callee = node.kind() === 'call_expression' ? node.field('function') : undefined;
    return callee ? { callee, args: argumentsOf(node) } : undefined;
  },
  receiverCall: (node) => {
    const access = node.parent();
    if (!access || !isSame(access.field('object'), node)) return undefined;
    const call = access.parent();
    if (call?.kind() !== 'call_expression' || !isSame(call.field('function'), access)) return undefined;
    return { call, method: propertyOf(access) ?? '' };
  },
  memberParts: (node) => {
    const object = node.field('object');
    return object ? { object, property: propertyOf(node) ?? '[]' } : undefined;
  },
  isWritten,
  sideEffectIn: noticedIn,
  typeOf: (expression, root) => typeOfJavaScript(expression, root),
  importedAs: (root, module) => {
    const statements = root.findAll({ rule: { kind: 'import_statement' } });
    const found = statements.filter((statement) => statement.field('source')?.text().slice(1, -1) === module);
    const clauses = found.flatMap((statement) => statement.findAll({ rule: { kind: 'identifier' } }));
    const names = clauses.filter((name) => /^(?:import_clause|namespace_import)$/.test(kindOf(name.parent())));
    const [local, ...others] = names.map((name) => name.text());
    if (local === undefined || others.length > 0) return undefined;
    return occurrencesOf(root, local).filter((use) => isBindingOrWrite(use)).length === 1 ? local : undefined;
  },
  moduleInsertion,
  // A rewrite of JavaScript needs no module: what it uses is part of the language.
  hasOtherImport: () => false,
  importInsertion: () => undefined,
  importRemoval: () => undefined,
  classStart: (node) => {
    const body = node.ancestors().find((one) => one.kind() === 'class_body');
    return body ? { offset: body.range().start.index + 1, indentOf: body.parent() ?? body } : undefined;
  },
  stillProblem,
  isDense: (expression, root) => isDense(expression, root),
  visitorProblem: (visitor, { path, root }) => visitorProblem(visitor, { root, typed: /\.[cm]?tsx?$/.test(path) }),
  hasNoEmptyValues,
  isVisitor,
  isOnlyRead,
  isTrivial,
  buildProblem,
  runsOnce: (loop, node) => {
    const field = loop.kind() === 'for_in_statement' ? 'right' : 'initializer';
    const part = loop.field(field);
    return (
      part !== null &&
      part.range().start.index <= node.range().start.index &&
      node.range().end.index <= part.range().end.index
    );
  },
  takesUndefined: (node, { path, root }) => !/\.[cm]?tsx?$/.test(path) || takesUndefined(node, root),
  hasLevelCheck,
  elementTypeOf,
};

import type { SgNode } from '@ast-grep/napi';
import { boundNames, declarationOf, isBindingOrWrite, occurrencesOf, scopeOf } from '../../syntax/bindings.js';
import { kindOf, partsOf, propertyOf, unwrapped } from '../../syntax/source.tree.js';
import { wordSet } from '../../syntax/word.set.js';
import { compiledTypeOf } from './compiled.types.js';
import { fieldOf, writtenTypeOf } from './javascript.annotations.js';

const LITERAL_TYPES: Readonly<Record<string, string>> = {
  array: 'array',
  string: 'string',
  template_string: 'string',
  number: 'number',
  object: 'object',
  regex: 'regexp',
  true: 'boolean',
  false: 'boolean',
};

const CONSTRUCTED: Readonly<Record<string, string>> = { Map: 'map', Set: 'set', Array: 'array', RegExp: 'regexp' };

const ARRAY_TO_ARRAY = wordSet('map filter slice concat flat flatMap toSorted toReversed');
const STRING_TO_STRING = wordSet(
  'slice trim trimStart trimEnd toUpperCase toLowerCase padStart padEnd repeat substring',
);

/**
 * What an expression is, read off its literal form, its declaration, or a type that is written in the file; where the file does not show
 * it, what the compiler of its project says if it was asked. Undefined otherwise: no type is guessed.
 */
export function typeOfJavaScript(expression: SgNode, root: SgNode, depth = 0): string | undefined {
  return shownType(expression, root, depth) ?? compiledTypeOf(expression, root)?.is;
}

function shownType(expression: SgNode, root: SgNode, depth: number): string | undefined {
  const node = expression;
  const kind = kindOf(node);
  if (depth > 8) return undefined;
  if (LITERAL_TYPES[kind] !== undefined) return LITERAL_TYPES[kind];
  if (kind === 'as_expression' || kind === 'satisfies_expression') return typeOfText(partsOf(node)[1]?.text() ?? '');
  if (kind === 'parenthesized_expression' || kind === 'non_null_expression') {
    const inner = partsOf(node)[0];
    return inner && typeOfJavaScript(inner, root, depth + 1);
  }
  if (kind === 'new_expression') {
    const name = node.field('constructor')?.text() ?? '';
    return isOwnName(name, root) ? undefined : CONSTRUCTED[name];
  }
  if (kind === 'call_expression') return typeOfCall(node, root, depth);
  if (kind === 'identifier') return typeOfName(node, root, depth);
  if (kind !== 'member_expression') return undefined;
  if (node.field('object')?.kind() === 'this') return typeOfField(node);
  return typeOfWritten(node, root);
}

function typeOfCall(node: SgNode, root: SgNode, depth: number): string | undefined {
  const callee = node.field('function');
  const text = callee?.text() ?? '';
  if (/^(?:Object\.(?:keys|values|entries)|Array\.(?:from|of))$/.test(text)) return 'array';
  if (text === 'String' || text === 'JSON.stringify') return 'string';
  if (callee?.kind() !== 'member_expression') return undefined;
  const object = callee.field('object');
  const method = propertyOf(callee) ?? '';
  const of = object && typeOfJavaScript(unwrapped(object), root, depth + 1);
  if (of === 'array' && ARRAY_TO_ARRAY.has(method)) return 'array';
  if (of === 'array' && method === 'join') return 'string';
  if (of === 'string' && method === 'split') return 'array';
  return of === 'string' && STRING_TO_STRING.has(method) ? 'string' : undefined;
}

function typeOfName(node: SgNode, root: SgNode, depth: number): string | undefined {
  const declaration = declarationOf(root, node);
  const kind = kindOf(declaration);
  if (kind === 'rest_pattern') return 'array';
  if (!declaration) return undefined;
  const written = typeOfWritten(node, root);
  if (written !== undefined || kind !== 'variable_declarator') return written;
  if (declaration.field('type')) return undefined;
  const value = declaration.field('value');
  const isFixed = declaration.parent()?.children()[0]?.kind() === 'const' || isWrittenOnce(declaration.field('name'));
  return value && kind === 'variable_declarator' && isFixed
    ? typeOfJavaScript(unwrapped(value), root, depth + 1)
    : undefined;
}

function typeOfWritten(node: SgNode, root: SgNode): string | undefined {
  const written = writtenTypeOf(node, root);
  if (written === undefined || isOwnName(/^(?:Readonly)?(Map|Set|Array)</.exec(written)?.[1] ?? '', root))
    return undefined;
  return typeOfText(written) ?? (isInterface(written, root) ? 'object' : undefined);
}

const bound = new WeakMap<SgNode, ReadonlySet<string>>();

/** Whether a file gives a name of the language a meaning of its own. */
function isOwnName(name: string, root: SgNode): boolean {
  const names = bound.get(root) ?? boundNames(root);
  bound.set(root, names);
  return names.has(name);
}

function isInterface(name: string, root: SgNode): boolean {
  if (!/^[A-Z]\w*$/.test(name)) return false;
  const declarations = root.findAll({ rule: { regex: `^interface ${name}\\b` } });
  return declarations.some((node) => kindOf(node) === 'interface_declaration');
}

// Also by other functions, which the scope of a use does not show.
function isWrittenOnce(name: SgNode | null): boolean {
  if (!name) return false;
  return occurrencesOf(scopeOf(name), name.text()).filter((use) => isBindingOrWrite(use)).length === 1;
}

function typeOfField(access: SgNode): string | undefined {
  const name = access.field('property')?.text();
  const body = access.ancestors().find((node) => node.kind() === 'class_body');
  const field = fieldOf(access);
  const written = field?.field('type');
  if (written) return typeOfText(written.text());
  const isReadonly = field?.children().some((child) => child.kind() === 'readonly') || name?.startsWith('#');
  const value = field?.field('value');
  return isReadonly && value ? typeOfJavaScript(value, body!, 7) : undefined;
}

function typeOfText(annotation: string): string | undefined {
  const text = annotation.replace(/^:\s*/, '').trim();
  if (/[|&?]/.test(text.replaceAll(/<[^]*>|\([^]*\)/g, ''))) return undefined;
  if (text.endsWith('[]') || /^(?:readonly\s*)?\[/.test(text) || /^(?:Readonly)?Array</.test(text)) return 'array';
  if (/^(?:Readonly)?Map</.test(text)) return 'map';
  if (/^(?:Readonly)?Set</.test(text)) return 'set';
  if (/^(?:Record<|\{)/.test(text)) return 'object';
  return /^(?:string|number|boolean|bigint)$/.test(text) ? text : undefined;
}

import type { SgNode } from '@ast-grep/napi';
import { declarationOf } from '../../syntax/bindings.js';
import { argumentsOf, isSame, kindOf, partsOf, propertyOf, unwrapped } from '../../syntax/source.tree.js';

/**
 * The type of a name or a property as the file writes it, as text without the colon: at the declaration, in the interface or class that
 * the object's type names, or as the element of the array that a loop or a visiting method goes over. Undefined where nothing is written.
 */
export function writtenTypeOf(expression: SgNode, root: SgNode, depth = 0): string | undefined {
  const node = unwrapped(expression);
  if (depth > 4) return undefined;
  if (node.kind() === 'identifier') return typeOfBinding(node, root, depth);
  const copied = copiedArray(node);
  if (copied) return writtenTypeOf(copied, root, depth + 1);
  if (node.kind() !== 'member_expression' || node.text().includes('?.')) return undefined;
  const object = node.field('object');
  if (!object) return undefined;
  if (object.kind() === 'this') return textOf(fieldOf(node));
  const owner = writtenTypeOf(object, root, depth + 1);
  return owner === undefined ? undefined : propertyType(owner, propertyOf(node) ?? '', root);
}

/** What `[...xs]`, `Array.from(xs)` and `xs.slice()` copy. */
function copiedArray(node: SgNode): SgNode | undefined {
  const parts = partsOf(node);
  if (node.kind() === 'array')
    return parts.length === 1 && kindOf(parts[0]) === 'spread_element' ? partsOf(parts[0]!)[0] : undefined;
  const callee = node.kind() === 'call_expression' ? node.field('function') : null;
  if (callee?.text() === 'Array.from') return argumentsOf(node)[0];
  return callee?.kind() === 'member_expression' && propertyOf(callee) === 'slice'
    ? (callee.field('object') ?? undefined)
    : undefined;
}

/** The declaration of a field in the class around `this.field`. */
export function fieldOf(access: SgNode): SgNode | undefined {
  const name = access.field('property')?.text();
  const body = access.ancestors().find((node) => node.kind() === 'class_body');
  const fields = body?.children().filter((child) => child.kind() === 'public_field_definition') ?? [];
  return fields.find((one) => one.field('name')?.text() === name);
}

function textOf(declaration: SgNode | null | undefined): string | undefined {
  return declaration?.field('type')?.text().replace(/^:\s*/, '').trim();
}

function typeOfBinding(name: SgNode, root: SgNode, depth: number): string | undefined {
  const declaration = declarationOf(root, name);
  const kind = kindOf(declaration);
  if (!declaration) return undefined;
  if (kind === 'for_in_statement') {
    const isOf = declaration.children().some((child) => child.kind() === 'of');
    const right = declaration.field('right');
    return isOf && right ? elementType(writtenTypeOf(right, root, depth + 1)) : undefined;
  }
  if (kind === 'variable_declarator') return textOf(declaration);
  if (kind === 'required_parameter') return textOf(declaration) ?? visitedType(declaration, root, depth);
  const isBare = kind === 'arrow_function' && isSame(declaration.field('parameter'), name);
  return isBare ? visitedType(name, root, depth) : undefined;
}

const VISITING = /^(?:forEach|map|filter|some|every|find|findIndex|findLast|flatMap)$/;

/** Type of a parameter of a function that visits the elements of an array whose type is written. */
function visitedType(parameter: SgNode, root: SgNode, depth: number): string | undefined {
  const list = parameter.parent()?.kind() === 'formal_parameters' ? parameter.parent()! : undefined;
  const fn = list ? list.parent() : parameter.parent();
  const call = fn?.parent()?.parent();
  const callee = call?.kind() === 'call_expression' ? call.field('function') : null;
  if (!fn || callee?.kind() !== 'member_expression' || !isSame(partsOf(call!.field('arguments')!)[0], fn))
    return undefined;
  const index = list ? partsOf(list).findIndex((one) => isSame(one, parameter)) : 0;
  const method = propertyOf(callee) ?? '';
  const isElement = VISITING.test(method) ? index === 0 : method === 'reduce' && index === 1;
  const object = callee.field('object');
  return isElement && object ? elementType(writtenTypeOf(object, root, depth + 1)) : undefined;
}

/** Type of a property in an interface of this file, or in an object type as written. Optional ones have none. */
function propertyType(owner: string, property: string, root: SgNode): string | undefined {
  if (!/^[A-Z]\w*$/.test(owner)) return undefined;
  const interfaces = root
    .findAll({ rule: { regex: `^interface ${owner}\\b` } })
    .filter((node) => kindOf(node) === 'interface_declaration');
  const signatures = interfaces[0]?.field('body')?.children() ?? [];
  const signature = signatures.find(
    (one) => kindOf(one) === 'property_signature' && one.field('name')?.text() === property,
  );
  const isOptional = signature?.children().some((child) => child.kind() === '?');
  return interfaces.length === 1 && !isOptional ? textOf(signature) : undefined;
}

/** The element type of `T[]`, `readonly T[]`, `Array<T>` as written; undefined for another type. */
export function elementType(annotation: string | undefined): string | undefined {
  const text = annotation?.replace(/^readonly\s+/, '').trim() ?? '';
  const generic = /^(?:Readonly)?Array<([^]+)>$/.exec(text);
  if (generic) return generic[1]!.trim();
  const suffixed = /^([^]+)\[\]$/.exec(text)?.[1]?.trim();
  return suffixed?.replace(/^\(([^]*)\)$/, '$1');
}

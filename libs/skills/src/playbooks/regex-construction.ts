import type { SgNode } from '@ast-grep/napi';
import { isBindingOrWrite, occurrencesOf, scopeOf } from '../syntax/bindings.js';
import { argumentsOf, isSame, kindOf, propertyOf } from '../syntax/source.tree.js';

/** A regular expression that is built from literals. */
export interface RegexConstruction {
  readonly node: SgNode;
  /** Same for constructions that are interchangeable. */
  readonly key: string;
  /** The constant that only holds this expression, if there is one. */
  readonly local: string | undefined;
}

/** Why a construction stays where it is. */
export interface RegexRefusal {
  readonly reason: 'stateful-flags' | 'invalid-pattern' | 'regex-escapes' | 'pattern-not-literal';
  readonly message: string;
}

/**
 * Checks that a construction can be made once instead of every time: its pattern and flags are literal and valid, its flags keep
 * no state between uses (`g` and `y` do, in `lastIndex`), and the object is only used to match.
 */
export function checkConstruction(node: SgNode, root: SgNode): RegexConstruction | RegexRefusal {
  const [pattern, flags = '', ...more] = argumentsOf(node).map((argument) => literalText(argument));
  if (pattern === undefined || flags === undefined || more.length > 0) {
    return { reason: 'pattern-not-literal', message: 'its pattern or flags are not plain literals' };
  }
  if (/[gy]/.test(flags)) {
    return { reason: 'stateful-flags', message: `its flags "${flags}" keep state in lastIndex between uses` };
  }
  const problem = problemOf(pattern, flags);
  if (problem !== undefined) return { reason: 'invalid-pattern', message: `building it throws: ${problem}` };
  const use = useOf(node, root);
  if (!use) return { reason: 'regex-escapes', message: 'the object is used for more than matching' };
  return { node, key: JSON.stringify([pattern, flags.split('').sort().join('')]), local: use.local };
}

function problemOf(pattern: string, flags: string): string | undefined {
  try {
    RegExp(pattern, flags);
    return undefined;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', v: '\v', f: '\f' };

/** Value of a string literal or of a template without substitutions; undefined for anything else. */
export function literalText(node: SgNode): string | undefined {
  const isTemplate = node.kind() === 'template_string';
  if (node.kind() !== 'string' && !isTemplate) return undefined;
  if (isTemplate && node.has({ rule: { kind: 'template_substitution' } })) return undefined;
  const raw = node.text().slice(1, -1);
  let isPlain = true;
  const escape = /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[^])|$)/gu;
  const text = raw.replaceAll(escape, (_all, code?: string, four?: string, two?: string, one?: string) => {
    const hex = code ?? four ?? two;
    if (hex !== undefined && Number.parseInt(hex, 16) <= 0x10ffff) return fromHex(hex, code !== undefined);
    if (one === undefined || /^[1-9ux]$/.test(one)) isPlain = false;
    if (one === '0') return '\0';
    return /^[\r\n\u2028\u2029]/.test(one ?? '') ? '' : (ESCAPES[one ?? ''] ?? one ?? '');
  });
  return isPlain && !/\\0\d/.test(raw) ? (isTemplate ? text.replaceAll('\r\n', '\n') : text) : undefined;
}

function fromHex(hex: string, isCodePoint: boolean): string {
  const value = Number.parseInt(hex, 16);
  return isCodePoint ? String.fromCodePoint(value) : String.fromCharCode(value);
}

/** Reading one of these tells nothing that differs between two equal regular expressions. */
const READ_ONLY: ReadonlySet<string> = new Set(['source', 'flags', 'ignoreCase', 'multiline', 'unicode', 'dotAll']);

/** String methods that use a regular expression as their first argument. */
const MATCHING: ReadonlySet<string> = new Set(['match', 'replace', 'search', 'split']);

function useOf(node: SgNode, root: SgNode): { local: string | undefined } | undefined {
  const outer = parenthesized(node);
  if (isMatchingUse(outer)) return { local: undefined };
  const declarator = outer.parent();
  const name = declarator?.field('name');
  if (declarator?.kind() !== 'variable_declarator' || name?.kind() !== 'identifier') return undefined;
  if (!isSame(declarator.field('value'), outer)) return undefined;
  if (declarator.parent()?.parent()?.kind() === 'export_statement') return undefined;
  const scope = scopeOf(name);
  const uses = occurrencesOf(scope.kind() === 'program' ? root : scope, name.text()).filter(
    (use) => !isSame(use, name),
  );
  const isSafe = uses.every((use) => !isBindingOrWrite(use) && isMatchingUse(parenthesized(use)));
  return isSafe ? { local: name.text() } : undefined;
}

function parenthesized(node: SgNode): SgNode {
  let outer = node;
  for (let up = outer.parent(); up && /^(?:parenthesized|non_null)_expression$/.test(kindOf(up)); up = outer.parent()) {
    outer = up;
  }
  return outer;
}

/** `re.test(s)`, `re.exec(s)`, `re.source`, or `s.replace(re, …)`. */
function isMatchingUse(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'member_expression' && isSame(parent.field('object'), node)) {
    const property = propertyOf(parent) ?? '';
    const around = parent.parent();
    if (property === 'test' || property === 'exec') {
      return around?.kind() === 'call_expression' && isSame(around.field('function'), parent);
    }
    return READ_ONLY.has(property) && !isWritten(parent);
  }
  if (parent?.kind() !== 'arguments') return false;
  const call = parent.parent();
  const callee = call?.kind() === 'call_expression' ? call.field('function') : null;
  const isFirst = call ? isSame(argumentsOf(call)[0], node) : false;
  return isFirst && callee?.kind() === 'member_expression' && MATCHING.has(propertyOf(callee) ?? '');
}

function isWritten(access: SgNode): boolean {
  const kind = kindOf(access.parent());
  if (kind === 'update_expression' || kind === 'unary_expression') return true;
  return kind.endsWith('assignment_expression') && isSame(access.parent()?.field('left'), access);
}

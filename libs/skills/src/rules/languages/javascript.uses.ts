import type { SgNode } from '@ast-grep/napi';
import { occurrencesOf } from '../../syntax/bindings.js';
import {
  argumentsOf,
  FUNCTION_KINDS,
  isSame,
  kindOf,
  partsOf,
  propertyOf,
  unwrapped,
} from '../../syntax/source.tree.js';
import { wordSet } from '../../syntax/word.set.js';
import { accessorsOf, effectIn, isSpecial } from './javascript.effects.js';
import { isOnlyChangedAround, parametersOf, usesOf } from './javascript.owned.js';

const READING = wordSet('length includes indexOf lastIndexOf join at');
const VISITING = wordSet('forEach map filter some every find findIndex');

/** A function written in place, run at once and with at most `most` of its arguments. */
export function isVisitor(node: SgNode, most: number): boolean {
  const isFunction = /^(?:arrow_function|function_expression)$/.test(kindOf(node));
  return isFunction && !isSpecial(node) && parametersOf(node) <= most;
}

/**
 * Whether the value of an array expression is only read where it stands: looped over, asked for its length or an element, searched,
 * or visited by a function that does not get the array. Its elements must be text or numbers, or be taken apart at once.
 */
export function isOnlyRead(node: SgNode, root: SgNode): boolean {
  if (node.kind() === 'new_expression') return isOnlyCalled(node, root);
  // Listing values runs getters, each time.
  if (/^Object\.(?:values|entries)/.test(node.text()) && !accessorsOf(root).isEmpty) return false;
  const parent = node.parent();
  const kind = kindOf(parent);
  const hasPairs = /^Object\.(?:entries)/.test(node.text());
  if (kind === 'for_in_statement' && isSame(parent!.field('right'), node)) {
    return !hasPairs || kindOf(parent!.field('left')) === 'array_pattern';
  }
  if (kind === 'subscript_expression' && isSame(parent!.field('object'), node)) {
    const isCalled = isSame(parent!.parent()?.field('function'), parent);
    return !hasPairs && !isCalled && !isWritten(parent!);
  }
  if (kind !== 'member_expression' || !isSame(parent!.field('object'), node)) return false;
  const method = propertyOf(parent!) ?? '';
  const call = parent!.parent();
  const isCall = call?.kind() === 'call_expression' && isSame(call.field('function'), parent);
  if (method === 'length') return !isCall && !isWritten(parent!);
  if (!isCall || hasPairs) return false;
  if (READING.has(method)) return true;
  const [visitor] = argumentsOf(call);
  return VISITING.has(method) && argumentsOf(call).length === 1 && visitor !== undefined && isVisitor(visitor, 2);
}

const STATELESS_CALLS = wordSet('format formatToParts formatRange select compare of encode encodeInto decode');

/** Whether an object is only the receiver of calls that keep no state in it, where it stands or under the one name that it gets. */
function isOnlyCalled(node: SgNode, root: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'variable_declarator' && kindOf(parent.field('name')) === 'identifier') {
    const name = parent.field('name')!;
    const isConst = parent.parent()?.children()[0]?.kind() === 'const';
    const isExported = kindOf(parent.parent()?.parent()) === 'export_statement';
    const uses = usesOf(name, root).filter((use) => !isSame(use, name));
    return isConst && !isExported && uses.length > 0 && uses.every((use) => isStatelessCall(use));
  }
  return isStatelessCall(node);
}

function isStatelessCall(receiver: SgNode): boolean {
  const access = receiver.parent();
  const call = access?.parent();
  if (access?.kind() !== 'member_expression' || !isSame(access.field('object'), receiver)) return false;
  const isCall = call?.kind() === 'call_expression' && isSame(call.field('function'), access);
  const method = propertyOf(access) ?? '';
  // A decoder that is told to go on with a stream remembers where it was.
  return isCall && STATELESS_CALLS.has(method) && (method !== 'decode' || argumentsOf(call).length <= 1);
}

/** Whether typed code around an expression accepts undefined as well: it compares, defaults, tests, or returns it so. */
export function takesUndefined(node: SgNode, root: SgNode, depth = 0): boolean {
  const parent = node.parent();
  const kind = kindOf(parent);
  if (!parent || depth > 3) return false;
  if (kind === 'binary_expression') return /^(?:\?\?|[!=]==?)$/.test(parent.field('operator')?.text() ?? '');
  if (kind === 'unary_expression') return /^!|^typeof/.test(parent.text());
  if (kind === 'non_null_expression' || kind === 'expression_statement') return true;
  if (kind === 'member_expression') return parent.children().some((child) => child.kind() === 'optional_chain');
  if (kind === 'parenthesized_expression') {
    return /^(?:if|while|do)_statement$/.test(kindOf(parent.parent())) || takesUndefined(parent, root, depth + 1);
  }
  if (kind === 'ternary_expression') return isSame(parent.field('condition'), node);
  if (kind === 'return_statement') return returnsUndefined(parent);
  if (kind === 'arrow_function') return /\bundefined\b/.test(parent.field('return_type')?.text() ?? '');
  if (kind !== 'variable_declarator') return false;
  const [name, type] = [parent.field('name'), parent.field('type')];
  if (type) return /\bundefined\b/.test(type.text());
  if (name?.kind() !== 'identifier') return false;
  const uses = usesOf(name, root).filter((use) => !isSame(use, name));
  const isLeft = parent.parent()?.children()[0]?.kind() === 'const' && uses[0] !== undefined && leavesWithout(uses[0]);
  return isLeft || uses.every((use) => takesUndefined(use, root, depth + 1));
}

/** Whether a name is first used in `if (!name) return`, so that it has a value from there on. */
function leavesWithout(use: SgNode): boolean {
  const test = use.parent();
  const statement = test?.parent()?.parent();
  const isTest = /^(?:!\w+|\w+ ={2,3} (?:undefined|null))$/.test(test?.text() ?? '');
  if (!isTest || statement?.kind() !== 'if_statement' || test?.parent()?.kind() !== 'parenthesized_expression')
    return false;
  const body = statement.field('consequence');
  const last = body?.kind() === 'statement_block' ? partsOf(body).at(-1) : body;
  return /^(?:return|throw|continue|break)_statement$/.test(kindOf(last));
}

function returnsUndefined(statement: SgNode): boolean {
  const fn = statement.ancestors().find((one) => FUNCTION_KINDS.has(kindOf(one)));
  return /\bundefined\b/.test(fn?.field('return_type')?.text() ?? '');
}

function isWritten(access: SgNode): boolean {
  const outer = access.parent();
  const isTarget = kindOf(outer).endsWith('assignment_expression') && isSame(outer!.field('left'), access);
  return isTarget || /^(?:update|unary)_expression$/.test(kindOf(outer));
}

/** What keeps an object from having the same content all through a scope; undefined for nothing. */
export function stillProblem(object: SgNode, scope: SgNode, root: SgNode): string | undefined {
  const node = unwrapped(object);
  const names = baseNames(node, root);
  if (!names) return node.text();
  for (const name of names) {
    const written = occurrencesOf(scope, name).find((use) => isRebound(use));
    if (written) return written.parent()?.text() ?? name;
  }
  if (node.kind() === 'identifier' && isOnlyChangedAround(node, scope, root)) return undefined;
  const effect = effectIn(scope, root);
  if (effect !== undefined) return effect;
  const change = partChange(node, scope);
  return change?.text();
}

// `a.b.c` without calls, computed parts and getters; the variable that it starts from, none for `this`.
function baseNames(node: SgNode, root: SgNode): string[] | undefined {
  if (node.kind() === 'identifier') return [node.text()];
  if (node.kind() === 'this') return [];
  const object = node.kind() === 'member_expression' ? node.field('object') : null;
  if (!object || node.text().includes('?.') || accessorsOf(root).has(propertyOf(node))) return undefined;
  return baseNames(object, root);
}

function isRebound(use: SgNode): boolean {
  const parent = use.parent();
  const kind = kindOf(parent);
  if (kind === 'update_expression') return true;
  if (kind.endsWith('assignment_expression')) return isSame(parent!.field('left'), use);
  if (kind === 'variable_declarator') return isSame(parent!.field('name'), use);
  if (kind === 'for_in_statement') return isSame(parent!.field('left'), use);
  if (kind === 'shorthand_property_identifier_pattern' || use.kind() === 'shorthand_property_identifier_pattern')
    return true;
  return /pattern$|^(?:required|optional)_parameter$|^formal_parameters$|^catch_clause$/.test(kind) &&
    kind !== 'assignment_pattern'
    ? true
    : kind === 'arrow_function' && isSame(parent!.field('parameter'), use);
}

/** A change to the object itself by its own name, which counts as no effect where the object is the function's own. */
function partChange(node: SgNode, scope: SgNode): SgNode | undefined {
  const text = node.text();
  const uses = scope.findAll({ rule: { kind: kindOf(node) } }).filter((one) => one.text() === text);
  return (
    uses
      .map((use) => use.parent())
      .find((access) => {
        const outer = access?.parent();
        if (!access || !outer || !/^(?:member|subscript)_expression$/.test(kindOf(access))) return false;
        const isTarget = kindOf(outer).endsWith('assignment_expression') && isSame(outer.field('left'), access);
        const isCalled = outer.kind() === 'call_expression' && isSame(outer.field('function'), access);
        const changes = /^(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/;
        return (
          isTarget ||
          kindOf(outer) === 'update_expression' ||
          outer.text().startsWith('delete ') ||
          (isCalled && changes.test(propertyOf(access) ?? ''))
        );
      }) ?? undefined
  );
}

const FORMATTERS: Readonly<Record<string, (locale: string, options?: object) => unknown>> = {
  NumberFormat: (locale, options) => new Intl.NumberFormat(locale, options),
  PluralRules: (locale, options) => new Intl.PluralRules(locale, options),
  Collator: (locale, options) => new Intl.Collator(locale, options),
  ListFormat: (locale, options) => new Intl.ListFormat(locale, options),
  RelativeTimeFormat: (locale, options) => new Intl.RelativeTimeFormat(locale, options),
  DateTimeFormat: (locale, options) => new Intl.DateTimeFormat(locale, options),
};

/** Why an object of the language, made of literals, may not be made once when the module loads; undefined when it may. */
export function buildProblem(node: SgNode): string | undefined {
  const name = node.field('constructor')?.text() ?? '';
  const args = argumentsOf(node);
  if (/^Text(?:Encoder|Decoder)$/.test(name)) return args.length === 0 ? undefined : 'it has options';
  const make = FORMATTERS[/^Intl\.(\w+)$/.exec(name)?.[1] ?? ''];
  if (!make) return 'it is not known to be the same every time';
  const [locale, options, ...more] = args.map((arg) => literalValue(arg));
  if (typeof locale !== 'string' || more.length > 0) return 'its locale is no literal';
  if (args.length > 1 && (typeof options !== 'object' || options === null)) return 'its options are no literals';
  const zone = (options as Record<string, unknown> | undefined)?.['timeZone'];
  if (name.endsWith('DateTimeFormat') && typeof zone !== 'string') return 'its time zone is that of the process';
  try {
    make(locale, options as object | undefined);
    return undefined;
  } catch {
    return 'making it throws';
  }
}

/** Value of a literal: text, number, boolean, or an object of those; undefined for everything else. */
function literalValue(node: SgNode): unknown {
  const kind = kindOf(node);
  if (kind === 'string') return /\\/.test(node.text()) ? undefined : node.text().slice(1, -1);
  if (kind === 'number') return Number(node.text());
  if (kind === 'true' || kind === 'false') return kind === 'true';
  if (kind !== 'object') return undefined;
  const entries = partsOf(node).map((pair): [string, unknown] | undefined => {
    const [key, value] = [pair.field('key'), pair.field('value')];
    const name = key?.kind() === 'property_identifier' ? key.text() : undefined;
    const found = value ? literalValue(value) : undefined;
    return name === undefined || name === '__proto__' || found === undefined ? undefined : [name, found];
  });
  return entries.includes(undefined) ? undefined : Object.fromEntries(entries as [string, unknown][]);
}

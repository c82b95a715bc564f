import type { SgNode } from '@ast-grep/napi';
import { languageNameOf, type LanguageName } from './source.languages.js';

/** How calls are written in a language. */
export interface CallSyntax {
  /** Kinds of node that are calls. */
  readonly kinds: readonly string[];
  readonly calleeOf: (call: SgNode) => SgNode | undefined;
  readonly kindOf: (call: SgNode) => 'call' | 'new' | 'tag';
  /** The identifier that engines charge the call to. */
  readonly lastIdentifier: (callee: SgNode, call: SgNode) => SgNode | undefined;
  /** The callee without blanks, comments and arguments. */
  readonly textOf: (callee: SgNode, call: SgNode) => string;
}

/** The syntax of calls in a file. */
export function callSyntaxOf(path: string): CallSyntax {
  return SYNTAX[languageNameOf(path) ?? 'javascript'];
}

function javascriptKind(node: SgNode): 'call' | 'new' | 'tag' {
  if (node.kind() === 'new_expression') return 'new';
  return node.field('arguments')?.kind() === 'template_string' ? 'tag' : 'call';
}

function unwrapped(node: SgNode): SgNode {
  let inner = node;
  while (WRAPPERS.has(String(inner.kind()))) {
    const child = inner.children().find((one) => one.isNamed());
    if (!child) break;
    inner = child;
  }
  return inner;
}

const WRAPPERS = new Set(['parenthesized_expression', 'non_null_expression', 'as_expression', 'satisfies_expression']);

function lastIdentifier(callee: SgNode): SgNode | undefined {
  const inner = unwrapped(callee);
  switch (String(inner.kind())) {
    case 'identifier':
    case 'super':
    case 'import':
      return inner;
    case 'member_expression':
      return inner.field('property') ?? undefined;
    default:
      return undefined;
  }
}

// A chain is read from its end to its start without recursion: builders chain hundreds of calls.
function calleeText(callee: SgNode): string {
  let suffix = '';
  let node = unwrapped(callee);
  for (;;) {
    const kind = String(node.kind());
    if (kind === 'member_expression') {
      const optional = node.children().some((child) => child.kind() === 'optional_chain');
      suffix = `${optional ? '?.' : '.'}${node.field('property')?.text() ?? ''}${suffix}`;
      node = unwrapped(node.field('object') ?? node);
    } else if (kind === 'subscript_expression') {
      suffix = `[${compact(node.field('index')?.text() ?? '')}]${suffix}`;
      node = unwrapped(node.field('object') ?? node);
    } else if (kind === 'call_expression') {
      suffix = `(…)${suffix}`;
      node = unwrapped(node.field('function') ?? node);
    } else if (kind === 'new_expression') {
      return `new ${compact(node.field('constructor')?.text() ?? '')}(…)${suffix}`;
    } else {
      return compact(FUNCTIONS.has(kind) ? '(function)' : node.text()) + suffix;
    }
  }
}

const FUNCTIONS = new Set(['arrow_function', 'function_expression', 'generator_function', 'class']);

function compact(text: string): string {
  return text.replace(/\s+/g, ' ');
}

const javascript: CallSyntax = {
  kinds: ['call_expression', 'new_expression'],
  calleeOf: (call) => call.field('function') ?? call.field('constructor') ?? undefined,
  kindOf: javascriptKind,
  lastIdentifier: (callee) => lastIdentifier(callee),
  textOf: (callee) => calleeText(callee),
};

/** Text of a chain such as `a.b(…).c`, whose calls and members go by these kinds and fields. */
function chainText(callee: SgNode, member: string, object: string, property: string, call: string): string {
  let suffix = '';
  let node = callee;
  for (;;) {
    const next = node.kind() === member ? node.field(object) : node.kind() === call ? node.field('function') : null;
    if (!next) return compact(node.text()) + suffix;
    suffix = node.kind() === member ? `.${node.field(property)?.text() ?? ''}${suffix}` : `(…)${suffix}`;
    node = next;
  }
}

function identifierOf(callee: SgNode, property: string): SgNode | undefined {
  const inner = unwrapped(callee);
  return inner.kind() === 'identifier' ? inner : (inner.field(property) ?? undefined);
}

/** The function of a Go call with type arguments; undefined for other conversions. */
function genericOf(conversion: SgNode): SgNode | undefined {
  const type = conversion.field('type');
  return type?.kind() === 'generic_type' ? (type.field('type') ?? undefined) : undefined;
}

const GO_TYPE_NAMES = new Set(['type_identifier', 'qualified_type']);

const python: CallSyntax = {
  kinds: ['call'],
  calleeOf: (call) => call.field('function') ?? undefined,
  kindOf: () => 'call',
  lastIdentifier: (callee) => identifierOf(callee, 'attribute'),
  textOf: (callee) => chainText(callee, 'attribute', 'object', 'attribute', 'call'),
};

const go: CallSyntax = {
  // A call with type arguments, `Map[int](xs)`, reads like a conversion to a generic type.
  kinds: ['call_expression', 'type_conversion_expression'],
  calleeOf: (call) => call.field('function') ?? genericOf(call),
  kindOf: () => 'call',
  lastIdentifier: (callee) =>
    GO_TYPE_NAMES.has(String(callee.kind())) ? (callee.field('name') ?? callee) : identifierOf(callee, 'field'),
  textOf: (callee) => chainText(callee, 'selector_expression', 'operand', 'field', 'call_expression'),
};

const java: CallSyntax = {
  kinds: ['method_invocation', 'object_creation_expression'],
  calleeOf: (call) => call.field('name') ?? call.field('type') ?? undefined,
  kindOf: (call) => (call.kind() === 'method_invocation' ? 'call' : 'new'),
  lastIdentifier: (callee) => typeName(callee),
  textOf: (callee, call) => {
    if (call.kind() !== 'method_invocation') return `new ${compact(callee.text())}(…)`;
    const object = call.field('object');
    return object ? `${javaText(object)}.${callee.text()}` : callee.text();
  },
};

/** The name of a class without its package and its type arguments. */
function typeName(type: SgNode): SgNode {
  let node = type;
  while (node.kind() === 'generic_type' || node.kind() === 'scoped_type_identifier') {
    const names = node.children().filter((child) => JAVA_TYPE_NAMES.has(String(child.kind())));
    const next = names.at(-1);
    if (!next) break;
    node = next;
  }
  return node;
}

const JAVA_TYPE_NAMES = new Set(['type_identifier', 'scoped_type_identifier', 'generic_type']);

function javaText(object: SgNode): string {
  const parts: string[] = [];
  let node: SgNode | null = object;
  while (node?.kind() === 'method_invocation') {
    parts.unshift(`${node.field('name')?.text() ?? ''}(…)`);
    node = node.field('object');
  }
  if (node?.kind() === 'object_creation_expression') parts.unshift(java.textOf(node.field('type') ?? node, node));
  else if (node) parts.unshift(compact(node.text()));
  return parts.join('.');
}

const SYNTAX: Readonly<Record<LanguageName, CallSyntax>> = { typescript: javascript, javascript, python, go, java };

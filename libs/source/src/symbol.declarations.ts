import type { SgNode } from '@ast-grep/napi';
import type { LanguageName } from './source.languages.js';
import { qualify } from './symbol.names.js';
import type { FoundSymbol, SymbolKind } from './symbol.walk.js';

/** How a language declares what has a name of its own. */
interface Declarations {
  /** Kinds of node that may be one. */
  readonly kinds: readonly string[];
  /** What a node declares; undefined for code that belongs to the function around it. */
  readonly read: (node: SgNode) => Declared | undefined;
}

interface Declared {
  readonly kind: SymbolKind;
  readonly name: string;
  /** Stands for itself, whatever is around it. */
  readonly isTop?: boolean;
  readonly outer?: SgNode;
}

function textOf(node: SgNode | null): string | undefined {
  return node?.text();
}

const python: Declarations = {
  kinds: ['function_definition', 'class_definition', 'lambda'],
  read: (node) => {
    if (node.kind() === 'lambda') return boundLambda(node, 'assignment', 'left');
    const name = textOf(node.field('name'));
    if (name === undefined) return undefined;
    const around = node.parent();
    const outer = around?.kind() === 'decorated_definition' ? around : node;
    if (node.kind() === 'class_definition') return { kind: 'class', name, outer };
    // The nearest, through conditions.
    const owner = node.ancestors().find((one) => PYTHON_SCOPES.has(String(one.kind())));
    if (owner?.kind() !== 'class_definition') return { kind: 'function', name, outer };
    return { kind: PYTHON_CONSTRUCTORS.has(name) ? 'constructor' : 'method', name, outer };
  },
};

const PYTHON_SCOPES = new Set(['function_definition', 'lambda', 'class_definition']);
const PYTHON_CONSTRUCTORS = new Set(['__init__', '__new__']);

/** A function without a name that is bound to one where nothing but modules and classes is around. */
function boundLambda(node: SgNode, binding: string, field: string): Declared | undefined {
  const parent = node.parent();
  const target = parent?.kind() === binding ? parent.field(field) : null;
  const isInside = node.ancestors().some((one) => FUNCTIONS.has(String(one.kind())));
  return target?.kind() === 'identifier' && !isInside ? { kind: 'arrow', name: target.text() } : undefined;
}

const FUNCTIONS = new Set([
  'function_definition',
  'lambda',
  'function_declaration',
  'method_declaration',
  'func_literal',
]);

const go: Declarations = {
  kinds: ['function_declaration', 'method_declaration', 'func_literal'],
  read: (node) => {
    if (node.kind() === 'func_literal') return boundLiteral(node);
    const name = textOf(node.field('name'));
    if (name === undefined) return undefined;
    const receiver = node.field('receiver');
    const type = receiver?.find({ rule: { kind: 'type_identifier' } })?.text();
    return receiver && type !== undefined
      ? { kind: 'method', name: `${type}.${name}`, isTop: true }
      : { kind: 'function', name, isTop: true };
  },
};

function boundLiteral(node: SgNode): Declared | undefined {
  const values = node.parent();
  const spec = values?.parent();
  if (spec?.kind() !== 'var_spec') return undefined;
  const place = values!
    .children()
    .filter(isExpression)
    .findIndex((one) => one.id() === node.id());
  const name = spec.fieldChildren('name').filter(isExpression)[place]?.text();
  const isInside = node.ancestors().some((one) => FUNCTIONS.has(String(one.kind())));
  return name === undefined || isInside ? undefined : { kind: 'arrow', name };
}

function isExpression(node: SgNode): boolean {
  return node.isNamed() && node.kind() !== 'comment';
}

const JAVA_TYPES = [
  'class_declaration',
  'interface_declaration',
  'enum_declaration',
  'record_declaration',
  'annotation_type_declaration',
];

const JAVA_UNNAMED = new Set(['object_creation_expression', 'enum_constant']);

const java: Declarations = {
  kinds: [
    ...JAVA_TYPES,
    'method_declaration',
    'constructor_declaration',
    'compact_constructor_declaration',
    'static_initializer',
  ],
  read: (node) => {
    const kind = String(node.kind());
    // A class without a name has no symbols: its methods belong to the method that makes it.
    if (node.ancestors().some((one) => JAVA_UNNAMED.has(String(one.kind())))) return undefined;
    if (kind === 'static_initializer') return { kind: 'function', name: '<clinit>' };
    if (kind.endsWith('constructor_declaration')) return { kind: 'constructor', name: '<init>' };
    const name = textOf(node.field('name'));
    if (name === undefined) return undefined;
    return { kind: JAVA_TYPES.includes(kind) ? 'class' : 'method', name };
  },
};

const DECLARATIONS = { python, go, java } satisfies Partial<Record<LanguageName, Declarations>>;

/**
 * How the named functions and classes of a language are found, in source order: by their declarations, named after the declarations
 * around them.
 */
export function walkDeclarations(
  language: LanguageName,
): (root: SgNode, unique: (name: string) => string) => FoundSymbol[] {
  const { kinds, read } = DECLARATIONS[language as keyof typeof DECLARATIONS];
  return (root, unique) => {
    const found: FoundSymbol[] = [];
    const open: { readonly end: number; readonly name: string }[] = [];
    const nodes = root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } });
    for (const node of nodes.sort((a, b) => a.range().start.index - b.range().start.index)) {
      const declared = read(node);
      if (!declared) continue;
      const { start, end } = node.range();
      while (open.length > 0 && open.at(-1)!.end <= start.index) open.pop();
      const scope = declared.isTop ? '' : (open.at(-1)?.name ?? '');
      const name = unique(qualify(scope, declared.name));
      found.push({ node, kind: declared.kind, name, ...(declared.outer && { outer: declared.outer }) });
      open.push({ end: end.index, name });
    }
    return found;
  };
}

import type { ChildProcess } from 'node:child_process';
import { API, SymbolFlags, TypeFlags, type Checker, type Project, type Type } from 'typescript/unstable/async';
import { SyntaxKind, type Node } from 'typescript/unstable/ast';
import type { SourceTree } from '../../syntax/source.tree.js';
import { CompiledTypes, type CompiledType } from './compiled.types.js';
import type { FilesOfBase } from '../../playbooks/playbook.js';
import { ProjectFiles } from './typescript.files.js';

/** The compiler is left behind that takes longer, for whatever reason. Milliseconds. */
const ANSWER_WITHIN_MS = 20_000;

/** A chain of imports is followed so far. */
const MOST_ROUNDS = 12;

/** What the compiler says of a file, or why it says nothing. */
export type Compiled = { readonly types: CompiledTypes } | { readonly problem: string };

/**
 * Asks the TypeScript compiler for the types of every expression of a file, as the project configures it: with the files that it
 * imports, and without the packages it installs, whose types stay unknown. The compiler only reads: it is given texts, runs nothing of
 * the project, and sees no disk but its own library. Null checks are always strict.
 */
export async function compile(tree: SourceTree, files: FilesOfBase): Promise<Compiled> {
  const project = await ProjectFiles.around(tree, files);
  const api = new API({ cwd: project.root, fs: project.fileSystem });
  const { promise: late, resolve } = Promise.withResolvers<Compiled>();
  const timer = setTimeout(
    () => resolve({ problem: `the TypeScript compiler did not answer within ${ANSWER_WITHIN_MS / 1000} s` }),
    ANSWER_WITHIN_MS,
  );
  try {
    return await Promise.race([typesOf(api, project), late]);
  } catch (error) {
    return { problem: `the TypeScript compiler failed: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    clearTimeout(timer);
    await end(api);
  }
}

/** Ends the compiler at once, also one that hangs or is gone: its own `close` first waits for it to let go of what it holds. */
async function end(api: API): Promise<void> {
  const { client } = api as unknown as { client: { readonly process?: ChildProcess; close(): Promise<void> } };
  client.process?.kill('SIGKILL');
  await client.close();
}

async function typesOf(api: API, files: ProjectFiles): Promise<Compiled> {
  let snapshot = await api.updateSnapshot({ openProjects: [files.configPath] });
  for (let round = 0; round < MOST_ROUNDS && (await files.loadMissing()); round += 1) {
    snapshot = await api.updateSnapshot({ fileChanges: { invalidateAll: true } });
  }
  const project = snapshot.getProject(files.configPath);
  const file = await project?.program.getSourceFile(files.subjectPath);
  if (!project || !file) return { problem: 'the TypeScript compiler does not take the file' };
  const nodes = await withoutAccessors(expressionsOf(file), project.checker);
  const found = await each(nodes, (some) => project.checker.getTypeAtLocation(some));
  const types = new CompiledTypes();
  const words = new Map<number, CompiledType | undefined>();
  for (const [index, node] of nodes.entries()) {
    const type = found[index];
    if (!type) continue;
    // What it stumbles over has no type.
    if (!words.has(type.id)) words.set(type.id, await wordFor(type, project).catch(() => undefined));
    const word = words.get(type.id);
    if (word) types.set(node.getStart(file), node.end, word);
  }
  return { types };
}

/** Kinds of expression whose type does not show in their own form. */
const ASKED: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.PropertyAccessExpression,
  SyntaxKind.CallExpression,
  SyntaxKind.NewExpression,
  SyntaxKind.AwaitExpression,
  SyntaxKind.NonNullExpression,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.BinaryExpression,
]);

const WITHOUT_EXPRESSIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.ImportDeclaration,
  SyntaxKind.ExportDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.TypeParameter,
]);

function expressionsOf(file: Node): Node[] {
  const found: Node[] = [];
  const collect = (node: Node, parent: Node & { readonly name?: Node }): void => {
    if (WITHOUT_EXPRESSIONS.has(node.kind)) return;
    if (node.kind >= SyntaxKind.FirstTypeNode && node.kind <= SyntaxKind.LastTypeNode) return;
    if (ASKED.has(node.kind) && parent.name !== node) found.push(node);
    node.forEachChild((child) => collect(child, node));
  };
  file.forEachChild((child) => collect(child, file));
  return found;
}

/** A property that runs code when it is read has no type for a rewrite: what it gives may differ from one time to the next. */
async function withoutAccessors(nodes: readonly Node[], checker: Checker): Promise<Node[]> {
  const symbols = await each(nodes, (some) => checker.getSymbolAtLocation(some));
  return nodes.filter((_node, index) => ((symbols[index]?.flags ?? 0) & SymbolFlags.Accessor) === 0);
}

/** Asks for many at once. One that the compiler stumbles over has no answer; the others have theirs. */
async function each<Found>(
  nodes: readonly Node[],
  ask: (nodes: readonly Node[]) => Promise<(Found | undefined)[]>,
): Promise<(Found | undefined)[]> {
  if (nodes.length === 0) return [];
  try {
    return await ask(nodes);
  } catch {
    // The compiler's interface is young: for some nodes it fails, and with it all that were asked for together.
    if (nodes.length === 1) return [undefined];
    const half = Math.ceil(nodes.length / 2);
    return [...(await each(nodes.slice(0, half), ask)), ...(await each(nodes.slice(half), ask))];
  }
}

const PRIMITIVES: readonly (readonly [TypeFlags, string])[] = [
  [TypeFlags.StringLike, 'string'],
  [TypeFlags.NumberLike, 'number'],
  [TypeFlags.BooleanLike, 'boolean'],
  [TypeFlags.BigIntLike, 'bigint'],
];

const COLLECTIONS: Readonly<Record<string, string>> = {
  Map: 'map',
  ReadonlyMap: 'map',
  Set: 'set',
  ReadonlySet: 'set',
  RegExp: 'regexp',
};

async function wordFor(type: Type, { checker }: Project): Promise<CompiledType | undefined> {
  const primitive = await primitiveOf(type, checker);
  if (primitive !== undefined) return { is: primitive };
  if ((type.flags & TypeFlags.Object) === 0) return undefined;
  if (await checker.isArrayType(type)) {
    const [element] = type.isTypeReference() ? await checker.getTypeArguments(type) : [];
    const isObject = element && (element.flags & TypeFlags.Object) !== 0;
    const elements = element && (isObject ? await checker.typeToString(element) : await primitiveOf(element, checker));
    return { is: 'array', ...(elements !== undefined && { elements }) };
  }
  if (await checker.isTupleType(type)) return { is: 'array' };
  const symbol = await type.getSymbol();
  if (!symbol || symbol.declarations.length === 0) return undefined;
  const isOwn = symbol.declarations.every(({ path }) => ProjectFiles.isInside(path));
  if (isOwn) {
    const isShape =
      (symbol.flags & (SymbolFlags.Interface | SymbolFlags.TypeLiteral | SymbolFlags.ObjectLiteral)) !== 0;
    return isShape && (symbol.flags & SymbolFlags.Class) === 0 ? { is: 'object' } : undefined;
  }
  const isLibrary = symbol.declarations.every(({ path }) => !ProjectFiles.isInside(path));
  const is = isLibrary && Object.hasOwn(COLLECTIONS, symbol.name) ? COLLECTIONS[symbol.name] : undefined;
  return is === undefined ? undefined : { is };
}

/** Literals and unions of them count as what they are literals of; anything that may be null or undefined counts as nothing. */
async function primitiveOf(type: Type, checker: Checker): Promise<string | undefined> {
  const wide = (await checker.getBaseTypeOfLiteralType(type)) ?? type;
  if (wide.isUnionType()) {
    const members = (await wide.getTypes()) ?? [];
    const words = new Set(members.map((member) => primitiveByFlags(member.flags)));
    return words.size === 1 ? [...words][0] : undefined;
  }
  return primitiveByFlags(wide.flags);
}

function primitiveByFlags(flags: TypeFlags): string | undefined {
  return PRIMITIVES.find(([of]) => (flags & of) !== 0)?.[1];
}

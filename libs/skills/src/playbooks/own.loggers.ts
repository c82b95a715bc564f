import type { SgNode } from '@ast-grep/napi';
import { kindOf, parseTree, partsOf, propertyOf, unwrapped, type SourceTree } from '../syntax/source.tree.js';
import { importsOf } from './frames.js';
import type { PlaybookInput } from './playbook.js';

/** Whoever has three of these methods is a logger; the recorder of the differential check judges by the same ones. */
const LEVEL_METHODS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error']);
const ENOUGH_METHODS = 3;

/** Files that a declaration is followed through: `scribe` from `./log.ts`, its class from `./scribe.ts`, its interface. */
const MOST_FILES = 4;

const TYPE_DECLARATIONS = ['class_declaration', 'abstract_class_declaration', 'interface_declaration', 'class'];

/**
 * Finds loggers of the repository's own, whatever they are called: values whose class, interface or object literal declares at
 * least three of the methods `debug`, `info`, `warn` and `error`. Follows imports of files of the repository.
 */
export class OwnLoggers {
  readonly #readFile: PlaybookInput['readFile'];

  constructor(readFile: PlaybookInput['readFile']) {
    this.#readFile = readFile;
  }

  /** Whether an expression such as `scribe` or `this.scribe` holds one. */
  async holds(expression: SgNode, tree: SourceTree): Promise<boolean> {
    if (expression.kind() === 'identifier') return this.#isValue(tree, expression.text(), 1);
    const property = propertyOf(expression);
    if (property === undefined) return false;
    return this.#isDeclaredSo(tree, holders(tree.root, property.replace(/^#/, '')), 1);
  }

  async #isValue(tree: SourceTree, name: string, files: number): Promise<boolean> {
    if (importsOf(tree).has(name)) {
      return this.#isImported(tree, name, files, (from, exported) => this.#isValue(from, exported, files + 1));
    }
    return this.#isDeclaredSo(tree, declarators(tree.root, name), files);
  }

  async #isDeclaredSo(tree: SourceTree, declarations: readonly SgNode[], files: number): Promise<boolean> {
    for (const declaration of declarations) {
      const value = declaration.field('value');
      const made = value ? unwrapped(value) : undefined;
      if (kindOf(made) === 'object' && hasLevels(made!)) return true;
      const type = kindOf(made) === 'new_expression' ? made!.field('constructor')?.text() : annotated(declaration);
      if (type !== undefined && (await this.#isType(tree, type, files))) return true;
    }
    return false;
  }

  async #isType(tree: SourceTree, name: string, files: number): Promise<boolean> {
    const declared = namedNodes(tree.root, TYPE_DECLARATIONS, name);
    if (declared.length > 0) {
      return declared.some((each) => hasLevels(each.field('body') ?? each));
    }
    return this.#isImported(tree, name, files, (from, exported) => this.#isType(from, exported, files + 1));
  }

  async #isImported(
    tree: SourceTree,
    name: string,
    files: number,
    isIt: (from: SourceTree, exported: string) => Promise<boolean>,
  ): Promise<boolean> {
    const imported = importsOf(tree).get(name);
    if (!imported || files >= MOST_FILES) return false;
    for (const path of imported.paths) {
      const source = await this.#readFile(path);
      if (source === undefined) continue;
      const from = parseTree(source, path);
      const exported = from && (imported.name === 'default' ? defaultOf(from.root) : imported.name);
      return from !== undefined && exported !== undefined && isIt(from, exported);
    }
    return false;
  }
}

/** Name of what a file exports as its default, or as the whole module. */
function defaultOf(root: SgNode): string | undefined {
  for (const statement of partsOf(root)) {
    const [, name] =
      /^(?:export\s+default|module\.exports\s*=)\s+(?:(?:abstract\s+)?class\s+)?(\w+)\b/.exec(statement.text()) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Variables and parameters of a name, anywhere in the file. */
function declarators(root: SgNode, name: string): SgNode[] {
  return namedNodes(root, ['variable_declarator', 'required_parameter', 'optional_parameter'], name);
}

/** Fields and parameter properties of a name. */
function holders(root: SgNode, name: string): SgNode[] {
  const kinds = ['public_field_definition', 'field_definition', 'required_parameter', 'optional_parameter'];
  return namedNodes(root, kinds, name);
}

function namedNodes(root: SgNode, kinds: readonly string[], name: string): SgNode[] {
  const found = root.findAll({ rule: { regex: `\\b${name.replaceAll('$', '\\$')}\\b` } });
  return found.filter((node) => kinds.includes(kindOf(node)) && nameOf(node) === name);
}

function nameOf(node: SgNode): string | undefined {
  const name = node.field('name') ?? node.field('pattern') ?? node.field('property');
  return name?.text().replace(/^#/, '');
}

/** `Scribe` of `: Scribe`, `: Scribe | undefined` and `: log.Scribe`. */
function annotated(declaration: SgNode): string | undefined {
  return /^\s*:\s*(?:\w+\.)*(\w+)/.exec(declaration.field('type')?.text() ?? '')?.[1];
}

function hasLevels(body: SgNode): boolean {
  const names = partsOf(body).map((part) =>
    (part.field('name') ?? part.field('key') ?? part.field('property'))?.text(),
  );
  return new Set(names.filter((name) => name !== undefined && LEVEL_METHODS.has(name))).size >= ENOUGH_METHODS;
}

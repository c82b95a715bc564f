import { posix } from 'node:path';
import { parse } from 'jsonc-parser';
import type { APIOptions } from 'typescript/unstable/async';
import type { FilesOfBase } from '../../playbooks/playbook.js';
import type { SourceTree } from '../../syntax/source.tree.js';

/** Folder that the compiler takes for the repository; there is none on the disk. */
const ROOT = '/repository';
const OWN_CONFIG = 'headroom.tsconfig.json';

/** Files that one question may read of the base, and their size together in UTF-16 code units. */
const MOST_FILES = 400;
const MOST_TEXT = 8_000_000;
const MOST_CONFIGS = 8;

/** The compiler's own library, which comes with it. */
const LIBRARY = /\/typescript-[\w-]+\/lib(?:\/lib(?:\.\w+)*\.d\.ts)?$/;
const READ = /\.(?:[cm]?tsx?|json)$/;

/** What must not depend on the project: how strictly is judged, and that nothing is written or left out. */
const OWN_OPTIONS = {
  strict: true,
  strictNullChecks: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  composite: false,
  incremental: false,
  skipLibCheck: true,
  allowJs: false,
  noLib: false,
  noResolve: false,
  types: [],
  module: 'esnext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
};

/** Texts of the base for the compiler, which asks at once and can not wait: what was missing is read before it is asked again. */
export class ProjectFiles {
  /** Absolute paths in the compiler's eyes. */
  readonly root = ROOT;
  readonly configPath: string;
  readonly subjectPath: string;
  readonly #texts = new Map<string, string>();
  readonly #missing = new Set<string>();
  readonly #known: ReadonlySet<string> | undefined;
  readonly #files: FilesOfBase;
  #size = 0;

  private constructor(tree: SourceTree, files: FilesOfBase, known: ReadonlySet<string> | undefined) {
    this.#files = files;
    this.#known = known;
    this.subjectPath = `${ROOT}/${tree.path}`;
    this.configPath = posix.join(posix.dirname(this.subjectPath), OWN_CONFIG);
    this.#texts.set(tree.path, tree.source);
  }

  /** The files around one that is asked about, with the configuration of its project. */
  static async around(tree: SourceTree, files: FilesOfBase): Promise<ProjectFiles> {
    const known = files.listFiles && new Set(await files.listFiles());
    const made = new ProjectFiles(tree, files, known);
    const config = await made.#loadConfig(tree.path);
    const own = {
      ...(config !== undefined && { extends: `${ROOT}/${config}` }),
      compilerOptions: OWN_OPTIONS,
      files: [made.subjectPath],
      include: [],
      references: [],
    };
    made.#texts.set(made.configPath.slice(ROOT.length + 1), JSON.stringify(own));
    return made;
  }

  /** Whether a path of the compiler is one of the repository. */
  static isInside(path: string): boolean {
    return path.startsWith(`${ROOT}/`);
  }

  /** What the compiler may see. */
  readonly fileSystem: NonNullable<APIOptions['fs']> = {
    readFile: (path) => {
      if (!ProjectFiles.isInside(path)) return LIBRARY.test(path) ? undefined : null;
      return this.#texts.get(this.#wanted(path)) ?? null;
    },
    fileExists: (path) => {
      if (!ProjectFiles.isInside(path)) return LIBRARY.test(path) ? undefined : false;
      return this.#texts.has(this.#wanted(path));
    },
    directoryExists: (path) => (LIBRARY.test(path) ? undefined : path === ROOT || ProjectFiles.isInside(path)),
    getAccessibleEntries: () => ({ files: [], directories: [] }),
    realpath: (path) => path,
  };

  #wanted(absolute: string): string {
    const path = absolute.slice(ROOT.length + 1);
    if (!this.#texts.has(path)) this.#missing.add(path);
    return path;
  }

  /** Reads what the compiler asked for in vain; resolves with whether there was anything. */
  async loadMissing(): Promise<boolean> {
    const asked = [...this.#missing].filter((path) => READ.test(path) && !path.includes('node_modules/'));
    this.#missing.clear();
    let isAny = false;
    for (const path of asked) isAny = (await this.#load(path)) !== undefined || isAny;
    return isAny;
  }

  readonly #absent = new Set<string>();

  async #load(path: string): Promise<string | undefined> {
    const there = this.#texts.get(path);
    if (there !== undefined) return there;
    const isOut = this.#texts.size >= MOST_FILES || this.#size >= MOST_TEXT;
    if (isOut || this.#absent.has(path) || this.#known?.has(path) === false) return undefined;
    const text = await this.#files.readFile(path);
    if (text === undefined) {
      this.#absent.add(path);
      return undefined;
    }
    this.#size += text.length;
    this.#texts.set(path, text);
    return text;
  }

  /** Reads the nearest configuration and what it extends in the repository; resolves with the path of the nearest one. */
  async #loadConfig(path: string): Promise<string | undefined> {
    for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
      const nearest = posix.join(folder, 'tsconfig.json');
      if ((await this.#load(nearest)) !== undefined) {
        await this.#loadExtended(nearest);
        return nearest;
      }
      if (folder === '.' || folder === '/') return undefined;
    }
  }

  async #loadExtended(path: string, depth = 0): Promise<void> {
    const text = await this.#load(path);
    if (text === undefined || depth >= MOST_CONFIGS) return;
    const parsed = parse(text) as { extends?: unknown } | undefined;
    const names = [parsed?.extends].flat().filter((name): name is string => typeof name === 'string');
    for (const name of names.filter((each) => each.startsWith('.'))) {
      const target = posix.join(posix.dirname(path), name);
      for (const candidate of [target, `${target}.json`, `${target}/tsconfig.json`])
        await this.#loadExtended(candidate, depth + 1);
    }
  }
}

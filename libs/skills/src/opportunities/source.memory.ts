import { listSymbols, type SourceSymbol } from '@headroom/source';
import { parseTree, type SourceTree } from '../syntax/source.tree.js';
import type { PlaybookInput } from '../playbooks/playbook.js';

/** A larger file is generated rather than written by people. Characters. */
const LONGEST = 1_000_000;

/** A file of the base with its functions. */
export interface KnownFile {
  readonly tree: SourceTree;
  readonly symbols: readonly SourceSymbol[];
}

/** Files of one commit, read once and parsed once. */
export class SourceFiles {
  readonly #read: PlaybookInput['readFile'];
  readonly #texts = new Map<string, Promise<string | undefined>>();
  readonly #files = new Map<string, KnownFile | undefined>();

  constructor(read: PlaybookInput['readFile']) {
    this.#read = read;
  }

  /** Content of a file; undefined for one that does not exist. */
  async text(path: string): Promise<string | undefined> {
    const known = this.#texts.get(path);
    if (known) return known;
    const read = Promise.resolve(this.#read(path));
    this.#texts.set(path, read);
    return read;
  }

  /** A file as rules see it; undefined where it is missing, too large, or not understood. */
  async file(path: string): Promise<KnownFile | undefined> {
    if (this.#files.has(path)) return this.#files.get(path);
    const source = await this.text(path);
    const tree = source === undefined || source.length > LONGEST ? undefined : parseTree(source, path);
    const file = tree && { tree, symbols: listSymbols(tree.source, path) };
    this.#files.set(path, file);
    return file;
  }
}

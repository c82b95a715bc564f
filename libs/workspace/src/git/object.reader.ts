import { HeadroomError } from '@headroom/contracts';
import { explanationOf } from './git.location.js';
import { killGroup, startGit, tooLarge, unavailable, type GitChild } from './git.process.js';

/** Options of {@link ObjectReader}. */
export interface ObjectReaderOptions {
  /** Folder of the bare repository. */
  gitDir: string;
  /** Most bytes of one object. */
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

interface GitObject {
  id: string;
  content: Buffer;
}

interface Waiting {
  resolve: (found: GitObject | undefined) => void;
  reject: (error: unknown) => void;
}

/** An object on its way: how much of it, and of the line break behind it, is still to come. */
interface Arriving {
  id: string;
  size: number;
  left: number;
  chunks: Buffer[];
}

/**
 * Reads any number of files with one git process, where each would take two of its own. The process starts with the first question;
 * {@link close} ends it. Folders are looked up in git's own tree objects: only these tell a file from a symbolic link.
 */
export class ObjectReader {
  readonly #options: ObjectReaderOptions;
  readonly #waiting: Waiting[] = [];
  readonly #trees = new Map<string, Promise<Buffer | undefined>>();
  #child: GitChild | undefined;
  #failure: unknown;
  #header = '';
  #arriving: Arriving | undefined;
  #stderr = '';
  readonly #stop = (): void => this.#fail(this.#options.signal?.reason);

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
  }

  /**
   * Text of a file of a commit, by its full id; undefined where it has no regular file at this path.
   * @throws HeadroomError `HEADROOM_GIT_OUTPUT_TOO_LARGE`, `HEADROOM_GIT_FAILED`; the reason of the signal
   */
  async file(commit: string, path: string): Promise<string | undefined> {
    const names = path.split('/');
    let tree = await this.#tree(`${commit}^{tree}`);
    for (const [depth, name] of names.entries()) {
      const entry = tree && entryOf(tree, name, commit.length / 2);
      if (!entry) return undefined;
      const isLast = depth === names.length - 1;
      if (isLast) {
        return entry.mode.startsWith('100') ? (await this.#read(entry.id))?.content.toString('utf8') : undefined;
      }
      tree = entry.mode === '40000' ? await this.#tree(entry.id) : undefined;
    }
    return undefined;
  }

  /** The full id of a commit, by the full id of it or of a tag; undefined where there is none. */
  async commit(id: string): Promise<string | undefined> {
    return (await this.#read(`${id}^{commit}`))?.id;
  }

  /** Ends the process. What is being read fails. */
  close(): void {
    this.#fail(new HeadroomError('The reader of git objects was closed.', { code: 'HEADROOM_GIT_FAILED' }));
  }

  #tree(name: string): Promise<Buffer | undefined> {
    const found = this.#trees.get(name);
    if (found) return found;
    const reading = this.#read(name).then((found) => found?.content);
    this.#trees.set(name, reading);
    return reading;
  }

  #read(name: string): Promise<GitObject | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const child = (this.#child ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      child.stdin.write(`${name}\n`);
    });
  }

  #start(): GitChild {
    const { gitDir, signal } = this.#options;
    signal?.throwIfAborted();
    const child = startGit({ args: [`--git-dir=${gitDir}`, 'cat-file', '--batch'] });
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-2000)));
    // A git that has ended closes its input; that it has ended is told below.
    child.stdin.on('error', () => undefined);
    child.once('error', (cause) => this.#fail(unavailable(cause)));
    child.once('close', () => {
      const message = `git cat-file failed: ${explanationOf(this.#stderr)}`;
      this.#fail(new HeadroomError(message, { code: 'HEADROOM_GIT_FAILED' }));
    });
    signal?.addEventListener('abort', this.#stop, { once: true });
    return child;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#options.signal?.removeEventListener('abort', this.#stop);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    if (this.#child) killGroup(this.#child);
  }

  #take(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && this.#failure === undefined) {
      rest = this.#arriving ? this.#takeContent(this.#arriving, rest) : this.#takeHeader(rest);
    }
  }

  /** `<id> <type> <size>`, or `<name> missing`. */
  #takeHeader(chunk: Buffer): Buffer {
    const end = chunk.indexOf(10);
    this.#header += chunk.subarray(0, end < 0 ? undefined : end).toString('utf8');
    if (end < 0) return chunk.subarray(chunk.length);
    const [, id, digits] = /^([0-9a-f]+) [a-z]+ (\d+)$/.exec(this.#header) ?? [];
    this.#header = '';
    const size = Number(digits);
    if (id === undefined) this.#waiting.shift()?.resolve(undefined);
    else this.#arriving = { id, size, left: size + 1, chunks: [] };
    return chunk.subarray(end + 1);
  }

  #takeContent(arriving: Arriving, chunk: Buffer): Buffer {
    const part = chunk.subarray(0, arriving.left);
    arriving.left -= part.length;
    const { maxBytes } = this.#options;
    if (arriving.size <= maxBytes) arriving.chunks.push(part);
    if (arriving.left === 0) {
      this.#arriving = undefined;
      const waiting = this.#waiting.shift();
      if (arriving.size > maxBytes) waiting?.reject(tooLarge(['cat-file'], maxBytes));
      else waiting?.resolve({ id: arriving.id, content: Buffer.concat(arriving.chunks).subarray(0, arriving.size) });
    }
    return chunk.subarray(part.length);
  }
}

/** An entry of a tree object: `<mode> <name>\0` and the bytes of its id. */
function entryOf(tree: Buffer, name: string, idBytes: number): { mode: string; id: string } | undefined {
  const wanted = Buffer.from(` ${name}\0`);
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(32, at);
    const end = tree.indexOf(0, space);
    if (space < 0 || end < 0) return undefined;
    if (tree.compare(wanted, 0, wanted.length, space, end + 1) === 0) {
      return { mode: tree.toString('latin1', at, space), id: tree.toString('hex', end + 1, end + 1 + idBytes) };
    }
    at = end + 1 + idBytes;
  }
  return undefined;
}

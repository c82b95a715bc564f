import { HeadroomError } from '@headroom/contracts';
import { isSourcePath, listSymbols, SymbolIndex, type SourceSymbol } from '@headroom/source';
import type { FileChange, GitMirror } from '@headroom/workspace';

/** A source file of a commit. */
export interface SourceFile {
  text: string;
  lines: readonly string[];
  symbols: readonly SourceSymbol[];
  /** The symbols by name and place. */
  index: SymbolIndex;
}

/** Changes of files, or that there are too many bytes of them to look at. */
export interface Changes {
  files: readonly FileChange[];
  tooLarge: boolean;
}

/** Reads a mirror, each thing once: commits do not change. */
export class RepositoryReader {
  readonly #mirror: GitMirror;
  readonly #cache = new Map<string, Promise<unknown>>();

  constructor(mirror: GitMirror) {
    this.#mirror = mirror;
  }

  /** A source file; undefined where there is none, or none of a language whose symbols can be listed. */
  source(commit: string, path: string): Promise<SourceFile | undefined> {
    return this.#once(`source ${commit} ${path}`, async () => {
      const text = isSourcePath(path) ? await this.#mirror.readFile(commit, path) : undefined;
      if (text === undefined) return undefined;
      const symbols = listSymbols(text, path);
      return { text, lines: text.split('\n'), symbols, index: new SymbolIndex(symbols) };
    });
  }

  /** What a commit itself changed. */
  changesOf(commit: string): Promise<Changes> {
    return this.#once(`changes ${commit}`, () => changes(this.#mirror.changedLines(commit)));
  }

  /** What differs between two commits. */
  changesBetween(from: string, to: string): Promise<Changes> {
    return this.#once(`between ${from} ${to}`, () => changes(this.#mirror.changesBetween(from, to)));
  }

  /** For lines of a file as of a commit, the commit that gave them their text; moved lines belong to who moved them. */
  async writers(
    commit: string,
    path: string,
    startLine: number,
    endLine: number,
  ): Promise<ReadonlyMap<number, string>> {
    return await this.#once(`blame ${commit} ${path} ${startLine} ${endLine}`, async () => {
      const lines = await this.#mirror.blame(commit, path, { startLine, endLine, followMoves: false });
      return new Map(lines.map(({ line, commit: writer }) => [line, writer]));
    });
  }

  /** The full id of a commit; undefined where the repository has none such. */
  async known(ref: string): Promise<string | undefined> {
    try {
      return await this.#mirror.resolve(ref);
    } catch (error) {
      if (error instanceof HeadroomError && error.code === 'HEADROOM_REF_UNKNOWN') return undefined;
      throw error;
    }
  }

  /** First parent of a commit; undefined for a first commit. */
  parentOf(commit: string): Promise<string | undefined> {
    return this.#once(`parent ${commit}`, async () => {
      const [info] = await this.#mirror.commitsBetween(undefined, commit, 1);
      return info?.parents[0];
    });
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const found = this.#cache.get(key) as Promise<T> | undefined;
    if (found) return found;
    const reading = read();
    this.#cache.set(key, reading);
    return reading;
  }
}

async function changes(reading: Promise<FileChange[]>): Promise<Changes> {
  try {
    return { files: await reading, tooLarge: false };
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_GIT_OUTPUT_TOO_LARGE') {
      return { files: [], tooLarge: true };
    }
    throw error;
  }
}

/** The symbols of a line: the innermost at its two ends, and those that start on it, as behind `export` or `const name =`. */
export function symbolsOfLine(file: SourceFile, line: number): SourceSymbol[] {
  const text = (file.lines[line - 1] ?? '').trimEnd();
  if (text === '') return [];
  const ends = [text.search(/\S/), text.length - 1].map((column) => file.index.at(line, column));
  return [...new Set([...ends, ...file.index.startingOn(line)])].filter((symbol) => symbol !== undefined);
}

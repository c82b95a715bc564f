import { HeadroomError } from '@headroom/contracts';
import { isSourcePath, type SourceSymbol } from '@headroom/source';
import type { DiffHunk, FileChange, GitMirror, ObjectReader, TreeChange } from '@headroom/workspace';
import { SourceMemory, type SourceFile } from './source.memory.js';

export type { SourceFile };

/** Changes of files, or that there are too many bytes of them to look at. */
export interface Changes {
  files: readonly FileChange[];
  tooLarge: boolean;
}

/** Reads a mirror, each thing once: commits do not change. It holds a git process until it is closed. */
export class RepositoryReader {
  readonly #mirror: GitMirror;
  readonly #files: ObjectReader;
  readonly #sources: SourceMemory;
  readonly #cache = new Map<string, Promise<unknown>>();

  constructor(mirror: GitMirror, sources = new SourceMemory()) {
    this.#mirror = mirror;
    this.#sources = sources;
    this.#files = mirror.openFiles();
  }

  /** Ends the git process. */
  close(): void {
    this.#files.close();
  }

  /** A source file; undefined where there is none, or none of a language whose symbols can be listed. */
  source(commit: string, path: string): Promise<SourceFile | undefined> {
    return this.#once(`source ${commit} ${path}`, async () => {
      const text = isSourcePath(path) ? await this.#files.file(commit, path) : undefined;
      return text === undefined ? undefined : this.#sources.parsed(text, path);
    });
  }

  /** What a commit itself changed. */
  changesOf(commit: string): Promise<Changes> {
    return this.#once(`changes ${commit}`, () => changes(this.#mirror.changedLines(commit)));
  }

  /** Reads what many commits changed at once; {@link changesOf} then has it. `until`: a commit that all of them come after. */
  async readChanges(commits: readonly string[], until?: string): Promise<void> {
    const missing = commits.filter((commit) => !this.#cache.has(`changes ${commit}`));
    if (missing.length === 0) return;
    for (const [commit, files] of await this.#mirror.changedLinesOf(missing, until)) {
      const found: Changes = { files: files ?? [], tooLarge: files === undefined };
      this.#cache.set(`changes ${commit}`, Promise.resolve(found));
    }
  }

  /** Which files differ between two commits, renames detected. */
  filesBetween(from: string, to: string): Promise<readonly TreeChange[]> {
    if (from === to) return Promise.resolve([]);
    return this.#once(`files ${from} ${to}`, async () => (await this.#mirror.changedTrees([[from, to]]))[0]!);
  }

  /** Reads which files differ between each of many commits and one at once; {@link filesBetween} then has it. */
  async readFilesUpTo(to: string, commits: readonly string[]): Promise<void> {
    const missing = [...new Set(commits)].filter((from) => from !== to && !this.#cache.has(`files ${from} ${to}`));
    const found = await this.#mirror.changedTrees(missing.map((from) => [from, to] as const));
    for (const [index, from] of missing.entries()) {
      this.#cache.set(`files ${from} ${to}`, Promise.resolve(found[index]!));
    }
  }

  /** The hunks that lead from one commit to a file of another one; none where it is the same, binary or gone. */
  async hunksBetween(from: string, to: string, path: string): Promise<readonly DiffHunk[]> {
    const file = (await this.filesBetween(from, to)).find((each) => each.path === path);
    if (!file) return [];
    // The same contents have the same lines, whatever commits they are of.
    return await this.#once(`hunks ${file.oldId} ${file.newId}`, async () => {
      const paths = file.oldPath === undefined ? [path] : [...new Set([file.oldPath, path])];
      const { files } = await changes(this.#mirror.changesBetween(from, to, paths));
      return files.find((each) => each.path === path)?.hunks ?? [];
    });
  }

  /**
   * For lines of a file as of a commit, the commit that gave them their text; moved lines belong to who moved them. Lines that are
   * older than `until` belong to it, or are left out.
   */
  async writers(
    commit: string,
    path: string,
    startLine: number,
    endLine: number,
    until?: string,
  ): Promise<ReadonlyMap<number, string>> {
    return await this.#once(`blame ${commit} ${path} ${startLine} ${endLine} ${until}`, async () => {
      // Nothing lies between them: all lines are older.
      if (until !== undefined && (commit === until || (await this.#mirror.isAncestor(commit, until)))) return new Map();
      const range = { startLine, endLine, followMoves: false, ...(until === undefined ? {} : { until }) };
      const lines = await this.#mirror.blame(commit, path, range);
      return new Map(lines.map(({ line, commit: writer }) => [line, writer]));
    });
  }

  /** The full id of a commit; undefined where the repository has none such. */
  known(ref: string): Promise<string | undefined> {
    return this.#once(`known ${ref}`, () => knownCommit(this.#mirror, ref));
  }

  /** Looks up many full ids at once; {@link known} then has those that are commits. */
  async readKnown(ids: readonly string[]): Promise<void> {
    for (const [id, commit] of await this.#mirror.knownCommits([...new Set(ids)])) {
      this.#cache.set(`known ${id}`, Promise.resolve(commit));
    }
  }

  /** A commit that all of these have behind them; undefined where there is none. */
  commonAncestor(commits: readonly string[]): Promise<string | undefined> {
    return this.#mirror.commonAncestor(commits);
  }

  /** First parent of a commit; undefined for a first commit. */
  parentOf(commit: string): Promise<string | undefined> {
    return this.#once(`parent ${commit}`, async () => {
      const [info] = await this.#mirror.commitsBetween(undefined, commit, 1);
      return info?.parents[0];
    });
  }

  /** Commits that these have and one before them has not, with their parents. */
  parentsSince(before: string, commits: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#mirror.parentsSince(before, commits);
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const found = this.#cache.get(key) as Promise<T> | undefined;
    if (found) return found;
    const reading = read();
    this.#cache.set(key, reading);
    return reading;
  }
}

/** The full id of a commit; undefined where the repository has none such. */
export async function knownCommit(mirror: GitMirror, ref: string): Promise<string | undefined> {
  try {
    return await mirror.resolve(ref);
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_REF_UNKNOWN') return undefined;
    throw error;
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

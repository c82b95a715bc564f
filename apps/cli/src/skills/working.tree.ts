import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { linesWrittenBy, type Suspect } from '@headroom/skills';

const run = promisify(execFile);
const MAX_OUTPUT = 1 << 27;

/** Files of a checkout as they are now, uncommitted changes included. */
export class WorkingTree {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** @throws HeadroomError `HEADROOM_USAGE` for a folder that cannot be read */
  static async open(dir: string): Promise<WorkingTree> {
    try {
      return new WorkingTree(await realpath(dir));
    } catch (cause) {
      throw new HeadroomError(`The repository "${dir}" cannot be read: check that it exists.`, {
        code: 'HEADROOM_USAGE',
        cause,
      });
    }
  }

  /** Content of a file; undefined for one that is not there, or that a link leads out of the checkout for. */
  readFile = async (path: string): Promise<string | undefined> => {
    try {
      const file = await realpath(join(this.#root, path));
      return file.startsWith(this.#root + sep) ? await readFile(file, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  };

  /** Paths of the files that git knows or would add; none outside of git. */
  listFiles = async (): Promise<string[]> => {
    const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = await this.#git(words, 'git ls-files failed').catch(() => '');
    return listed.split('\0').filter(Boolean);
  };

  /**
   * What a commit wrote and what of it still stands.
   * @throws HeadroomError `HEADROOM_USAGE` for what is no commit here
   */
  async suspect(cause: string): Promise<Suspect> {
    const commit = (await this.#git(['rev-parse', '--verify', `${cause}^{commit}`], `"${cause}" is no commit`)).trim();
    const listed = await this.#git(
      ['show', '--format=', '--name-only', '-z', '--first-parent', commit],
      'git show failed',
    );
    const written: Suspect['written'][number][] = [];
    for (const path of listed.split('\0').filter(Boolean)) {
      if ((await this.readFile(path)) === undefined) continue;
      const blame = await this.#git(['blame', '--porcelain', '--', path], `git blame ${path} failed`);
      written.push(linesWrittenBy(commit, path, blameLines(blame)));
    }
    return { commit, written };
  }

  /** Applies a unified diff to the files, not to the index. */
  async apply(patch: string): Promise<void> {
    const applying = run('git', ['apply', '--whitespace=nowarn', '-'], { cwd: this.#root });
    applying.child.stdin?.end(patch);
    await applying;
  }

  async #git(words: string[], problem: string): Promise<string> {
    try {
      return (await run('git', words, { cwd: this.#root, maxBuffer: MAX_OUTPUT })).stdout;
    } catch (error) {
      const reason = (error as { stderr?: string }).stderr?.trim() || messageOf(error);
      throw new HeadroomError(`${problem} in ${this.#root}: ${reason}`, { code: 'HEADROOM_USAGE', cause: error });
    }
  }
}

/** Lines of `git blame --porcelain`: each begins with the commit, its line there, and its line now. */
function blameLines(porcelain: string): { line: number; commit: string }[] {
  return [...porcelain.matchAll(/^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$/gm)].map((match) => ({
    commit: match[1]!,
    line: Number(match[2]),
  }));
}

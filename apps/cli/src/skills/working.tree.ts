import { isUtf8 } from 'node:buffer';
import { execFile } from 'node:child_process';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { linesWrittenBy, type Suspect } from '@headroom/skills';
import { applyPatch } from '@headroom/workspace';

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
      await readdir(dir);
      return new WorkingTree(await realpath(dir));
    } catch (cause) {
      throw new HeadroomError(`The repository "${dir}" cannot be read: check that it is a folder that exists.`, {
        code: 'HEADROOM_USAGE',
        cause,
      });
    }
  }

  /**
   * Content of a file; undefined for one that is not there, that a link leads out of the checkout for, or that is no text in UTF-8: a
   * patch of it would not apply.
   */
  readFile = async (path: string): Promise<string | undefined> => {
    try {
      const file = await realpath(join(this.#root, path));
      if (!file.startsWith(this.#root + sep)) return undefined;
      const bytes = await readFile(file);
      return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
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
      ['show', '--format=', '--name-only', '--relative', '-z', '--first-parent', commit],
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

  /**
   * Applies a unified diff to the files, not to the index.
   * @throws HeadroomError `HEADROOM_PATCH_DOES_NOT_APPLY`
   */
  apply(patch: string): Promise<void> {
    return applyPatch(this.#root, patch);
  }

  async #git(words: string[], problem: string): Promise<string> {
    try {
      return (await run('git', words, { cwd: this.#root, maxBuffer: MAX_OUTPUT })).stdout;
    } catch (error) {
      const said = (error as { stderr?: string }).stderr?.trim() || messageOf(error);
      const reason = said.split('\n').join('; ');
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

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { runGit } from '@headroom/workspace';

/** A commit of a repository for a case. */
export interface EvalCommit {
  readonly message: string;
  /** Text by path; null for a file that is not there. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** Neither the settings nor the clock of whoever runs it may change a commit. */
const WHO = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Author'],
    [`GIT_${role}_EMAIL`, 'author@team.example'],
    [`GIT_${role}_DATE`, '2026-01-01T00:00:00Z'],
  ]),
);

/**
 * Makes a git repository in a folder, with a branch `main` whose commits hold these files and no others. The same commits have the same
 * ids everywhere; a repository around the folder, or one that the environment names, has no part in it.
 * @returns ids of the commits, in their order
 * @throws HeadroomError `HEADROOM_EVAL_REPOSITORY_FAILED`
 */
export async function makeEvalRepository(dir: string, commits: readonly EvalCommit[]): Promise<string[]> {
  await mkdir(dir, { recursive: true });
  const git = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runGit({ args, cwd: dir, env: WHO });
    if (exitCode === 0) return stdout.toString('utf8').trim();
    const message = `The repository of a case cannot be made: git ${args[0]} says ${stderr.trim()}. Look at the files of the case.`;
    throw new HeadroomError(message, { code: 'HEADROOM_EVAL_REPOSITORY_FAILED' });
  };
  await git('init', '--quiet', '--initial-branch=main');
  const ids: string[] = [];
  for (const { message, files } of commits) {
    await replace(dir, files);
    // An ignored file is a file of the case all the same.
    await git('add', '--all', '--force');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
    ids.push(await git('rev-parse', 'HEAD'));
  }
  return ids;
}

/** Makes a folder hold these files and no others; git's own stay. */
async function replace(dir: string, files: EvalCommit['files']): Promise<void> {
  for (const name of await readdir(dir)) if (name !== '.git') await rm(join(dir, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

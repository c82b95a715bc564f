import { HeadroomError } from '@headroom/contracts';
import { printable, redactLocation } from './git.location.js';
import { REMOTE, unreadable } from './git.remote.js';
import { runGit } from './git.process.js';

/**
 * Asks a repository for the newest commit of a branch, without fetching anything.
 * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`, `HEADROOM_BRANCH_MISSING`
 */
export async function newestCommit(location: string, branch: string, signal?: AbortSignal): Promise<string> {
  // The location travels in the environment: an argument could be read by everybody on the machine.
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `remote.${REMOTE}.url`, GIT_CONFIG_VALUE_0: location };
  const { exitCode, stdout, stderr } = await runGit({
    args: ['ls-remote', REMOTE, `refs/heads/${branch}`],
    env,
    signal,
  });
  if (exitCode !== 0) throw unreadable(location, stderr);
  const commit = stdout.toString().split('\t')[0];
  if (commit) return commit;
  throw new HeadroomError(`The repository ${printable(redactLocation(location))} has no branch "${branch}".`, {
    code: 'HEADROOM_BRANCH_MISSING',
  });
}

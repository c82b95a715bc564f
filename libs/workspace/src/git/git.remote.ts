import { HeadroomError } from '@headroom/contracts';
import { explanationOf, printable, redactLocation } from './git.location.js';
import { runGit, type GitResult } from './git.process.js';

/** A mirror and the repository that it copies. */
export interface MirrorOf {
  /** Location of the repository; may hold credentials. */
  source: string;
  /** The bare mirror. */
  path: string;
  signal?: AbortSignal;
}

/** Name under which {@link runWithRemote} knows the repository. */
export const REMOTE = 'source';

/**
 * Runs git in a mirror, with the repository as {@link REMOTE}. Its location travels in the environment: an argument could be read by
 * everybody on the machine, and a setting would stay on disk.
 */
export function runWithRemote({ source, path, signal }: MirrorOf, args: readonly string[]): Promise<GitResult> {
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `remote.${REMOTE}.url`, GIT_CONFIG_VALUE_0: source };
  return runGit({ args: [`--git-dir=${path}`, ...args], env, signal });
}

const TRANSIENT =
  /could not resolve host|failed to connect|could not connect|timed? ?out|connection (?:refused|reset|closed)|network is unreachable|early EOF|hung up|returned error: 5\d\d|temporary failure/i;

/** The error for a repository that cannot be read, without its credentials. Retryable where git names the network as the cause. */
export function unreadable(source: string, stderr: string): HeadroomError {
  const location = redactLocation(source);
  return new HeadroomError(
    `The repository ${printable(location)} cannot be read: ${explanationOf(stderr, source)}. ` +
      'Check the url of the repository in the configuration, and that Headroom may read it.',
    { code: 'HEADROOM_REPOSITORY_UNREADABLE', retryable: TRANSIENT.test(stderr), details: { location } },
  );
}

import { HeadroomError } from '@headroom/contracts';
import { explanationOf } from './git.location.js';
import { killGroup, startGit, unavailable, type GitChild } from './git.process.js';
import { parseUnifiedDiff, type FileDiff } from './unified.diff.js';

/** What {@link changesOfCommits} is asked. */
export interface CommitChangesQuery {
  gitDir: string;
  /** Full ids, what comes later before what it comes after. */
  commits: readonly string[];
  /** Options of the diff. */
  options: readonly string[];
  /** Most bytes of the diff of one commit. */
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

// No line of a diff begins like this.
const MARK = Buffer.from('commit ');

/**
 * What each commit itself changed, by its id, read from one git; undefined for a commit whose diff is too large.
 * @throws HeadroomError `HEADROOM_GIT_FAILED`, `HEADROOM_GIT_UNAVAILABLE`; the reason of the signal
 */
export async function changesOfCommits(query: CommitChangesQuery): Promise<Map<string, FileDiff[] | undefined>> {
  const found = new Map<string, FileDiff[] | undefined>();
  let left = [...new Set(query.commits)];
  while (left.length > 0) {
    query.signal?.throwIfAborted();
    const from = found.size;
    await readSome({ ...query, commits: left }, found);
    // Ended before its time by a diff that is too large, or there is a commit that git does not list.
    if (found.size === from) throw failed(`it lists nothing of ${left[0]!}`);
    left = left.filter((commit) => !found.has(commit));
  }
  return found;
}

function failed(why: string): HeadroomError {
  return new HeadroomError(`git log failed: ${why}`, { code: 'HEADROOM_GIT_FAILED', details: { verb: 'log' } });
}

async function readSome(query: CommitChangesQuery, found: Map<string, FileDiff[] | undefined>): Promise<void> {
  const { gitDir, commits, options, maxBytes, signal } = query;
  const shape = ['--no-walk=unsorted', '--stdin', '--no-show-signature', '--format=commit %H', '-p', '--remerge-diff'];
  const child = startGit({ args: [`--git-dir=${gitDir}`, 'log', ...shape, ...options, '-U0'] });
  const stop = (): void => killGroup(child);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const entries = new CommitEntries(maxBytes, (commit, text) => {
      found.set(commit, text === undefined ? undefined : parsed(text));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${commits.join('\n')}\n`);
    const problem = await output(child, (chunk) => {
      entries.take(chunk);
      // Git would write all of it: better to begin again behind it.
      if (entries.isTooLarge) killGroup(child);
    });
    signal?.throwIfAborted();
    entries.end();
    if (problem !== undefined && !entries.isTooLarge) throw failed(explanationOf(problem));
  } finally {
    killGroup(child);
    signal?.removeEventListener('abort', stop);
  }
}

/** @returns what git wrote about its failure; undefined where it ended well */
function output(child: GitChild, take: (chunk: Buffer) => void): Promise<string | undefined> {
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-4000)));
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        reject(error);
      }
    });
    child.once('error', (cause) => reject(unavailable(cause)));
    child.once('close', (code) => resolve(code === 0 ? undefined : stderr));
  });
}

function parsed(text: string): FileDiff[] {
  // A remerge explains conflicts on lines of its own.
  return parseUnifiedDiff(text.replace(/^\n/, '').replaceAll(/^remerge .*\n/gm, ''));
}

/** Cuts the output of git into commits, line by line as it comes. */
class CommitEntries {
  readonly #maxBytes: number;
  readonly #done: (commit: string, text: string | undefined) => void;
  #carried: Buffer = Buffer.alloc(0);
  #commit: string | undefined;
  #parts: Buffer[] = [];
  #size = 0;
  #tooLarge = false;

  constructor(maxBytes: number, done: (commit: string, text: string | undefined) => void) {
    this.#maxBytes = maxBytes;
    this.#done = done;
  }

  /** Whether the commit that is being read has more than may be read; nothing is taken any more. */
  get isTooLarge(): boolean {
    return this.#tooLarge;
  }

  take(chunk: Buffer): void {
    if (this.#tooLarge) return;
    const text = this.#carried.length > 0 ? Buffer.concat([this.#carried, chunk]) : chunk;
    let kept = 0;
    let line = 0;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, line)) {
      if (text.compare(MARK, 0, MARK.length, line, Math.min(line + MARK.length, end)) === 0) {
        this.#keep(text.subarray(kept, line));
        this.#finish();
        this.#commit = text.toString('latin1', line + MARK.length, end).trim();
        kept = end + 1;
      }
      line = end + 1;
    }
    this.#carried = text.subarray(line);
    this.#keep(text.subarray(kept, line));
  }

  /** There is no more; a commit that was cut off counts as too large. */
  end(): void {
    this.#keep(this.#carried);
    this.#finish();
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    this.#tooLarge ||= this.#size + this.#carried.length > this.#maxBytes;
    if (!this.#tooLarge && part.length > 0) this.#parts.push(part);
  }

  #finish(): void {
    if (this.#commit !== undefined) {
      this.#done(this.#commit, this.#tooLarge ? undefined : Buffer.concat(this.#parts).toString('utf8'));
    }
    this.#commit = undefined;
    this.#parts = [];
    this.#size = 0;
  }
}

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { HeadroomError } from '@headroom/contracts';

/** How one git command is run. */
export interface GitRun {
  /** Words after `git`. */
  args: readonly string[];
  /** Working folder. @default the root of the file system, so that no surrounding repository takes part */
  cwd?: string;
  /** Bytes for standard input. */
  input?: string | Uint8Array;
  /** Further variables: index file, identities, the remote. */
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** Most bytes of standard output. @default 67108864 (64 MiB) */
  maxBytes?: number;
}

/** What a git command left. */
export interface GitResult {
  exitCode: number;
  stdout: Buffer;
  /** At most the last 64 KiB. */
  stderr: string;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;

// What git, ssh and curl need to reach a repository that the operator may read. Nothing else of the environment takes part: a
// GIT_DIR or GIT_CONFIG_PARAMETERS of the surrounding shell would change what a command does.
const PASSED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
] as const;

const CONSTANT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
} as const;

const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  'core.fsmonitor=false',
  'core.autocrlf=false',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'i18n.logOutputEncoding=UTF-8',
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Without a terminal ssh would wait for an answer that nobody gives.
  return { GIT_SSH_COMMAND: 'ssh -oBatchMode=yes', ...Object.fromEntries(inherited), ...CONSTANT, ...extra };
}

/** A running git. */
export type GitChild = ChildProcessWithoutNullStreams;

/** Starts git as {@link runGit} does, for those who read its output while it runs; they end it with {@link killGroup}. */
export function startGit(run: Pick<GitRun, 'args' | 'cwd' | 'env'>): GitChild {
  return spawn('git', [...SETTINGS, ...run.args], {
    cwd: run.cwd ?? '/',
    env: environment(run.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: a fetch has helpers, and all of them must end with it.
    detached: true,
  });
}

/**
 * Runs git without prompts, hooks and the settings of the machine, and returns what it left whatever its exit code.
 * @throws HeadroomError `HEADROOM_GIT_UNAVAILABLE` when git cannot be started, `HEADROOM_GIT_OUTPUT_TOO_LARGE`; the reason of the
 * signal when it aborts
 */
export async function runGit(run: GitRun): Promise<GitResult> {
  run.signal?.throwIfAborted();
  const child = startGit(run);
  const kill = (): void => killGroup(child);
  run.signal?.addEventListener('abort', kill, { once: true });
  try {
    const result = await resultOf(child, run, kill);
    run.signal?.throwIfAborted();
    return result;
  } finally {
    run.signal?.removeEventListener('abort', kill);
  }
}

function resultOf(child: GitChild, run: GitRun, kill: () => void): Promise<GitResult> {
  const maxBytes = run.maxBytes ?? DEFAULT_MAX_BYTES;
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else kill();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-MAX_STDERR)));
  // A git that refuses its input early closes it; the exit code and its message tell why.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(run.input);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(unavailable(cause)));
    child.once('close', (code) => {
      if (size > maxBytes) reject(tooLarge(run.args, maxBytes));
      else resolve({ exitCode: code ?? 128, stdout: Buffer.concat(chunks), stderr });
    });
  });
}

/** Ends a git with its helpers; nothing where it has ended. */
export function killGroup(child: GitChild): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile, or has no group.
    child.kill('SIGKILL');
  }
}

/** The error for a git that cannot be started. */
export function unavailable(cause: Error): HeadroomError {
  return new HeadroomError(`git cannot be started (${cause.message}). Install git 2.36 or later.`, {
    code: 'HEADROOM_GIT_UNAVAILABLE',
    cause,
  });
}

/** The error for output above a limit. */
export function tooLarge(args: readonly string[], maxBytes: number): HeadroomError {
  const verb = args.find((arg) => !arg.startsWith('-')) ?? 'git';
  return new HeadroomError(`git ${verb} gave more than ${maxBytes} bytes; nothing of it was used.`, {
    code: 'HEADROOM_GIT_OUTPUT_TOO_LARGE',
    details: { verb, maxBytes },
  });
}

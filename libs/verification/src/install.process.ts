import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { CommandRun } from './evidence/evidence.schema.js';

/** Variables of the caller that an installation may need; everything else, credentials above all, stays away. */
const PASSED_ON =
  /^(?:PATH|HOME|USER|LANG|LC_.*|TMPDIR|TZ|(?:HTTPS?|NO|ALL|FTP)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|npm_config_(?:registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|prefix))$/i;

/**
 * Installs dependencies into a folder, outside the sandbox. The command must be one of {@link installCommand}.
 */
export async function runInstall(options: {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  dir: string;
  environment: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  signal?: AbortSignal;
}): Promise<CommandRun> {
  const { command, dir, environment, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const passed = Object.entries(environment).filter(([name]) => PASSED_ON.test(name));
  const path = `${dirname(process.execPath)}:${environment['PATH'] ?? ''}`;
  const env = { ...Object.fromEntries(passed), PATH: path, ...options.env, CI: 'true' };
  const startedAt = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-16_000);
    });
  }
  let timedOut = false;
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 137));
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  return {
    stage: 'install',
    command: [...command],
    outcome: timedOut ? 'timeout' : 'exited',
    exitCode,
    wallMs: performance.now() - startedAt,
    ...(exitCode === 0 ? {} : { output }),
  };
}

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpClient, logFile, readHostFile } from '@headroom/cli';
import { recordsLeft, samplesOf } from './metrics.text.js';

/** The built command, as a user runs it. */
export const headroomCommand = resolve('../apps/cli/bin/headroom.mjs');

/** Waits until something is there; polls, and gives up loudly. Whoever waits for a measurement must look rarely. */
export async function eventually<Result>(
  what: string,
  look: () => Promise<Result | undefined> | Result | undefined,
  deadlineMs = 120_000,
  everyMs = 50,
): Promise<Result> {
  for (const end = Date.now() + deadlineMs; ;) {
    const result = await look();
    if (result !== undefined) return result;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${deadlineMs} ms`);
    await delay(everyMs);
  }
}

/** A line of the host's JSON log. */
export type LogLine = Record<string, unknown> & { msg?: string; group?: string };

/** A `headroom up` in a process of its own. */
export class TestHost {
  readonly dataDir: string;
  readonly client: HttpClient;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(dataDir: string, child: ChildProcess, client: HttpClient, output: () => string) {
    this.dataDir = dataDir;
    this.#child = child;
    this.client = client;
    this.#output = output;
  }

  /** Starts it and waits until its gateway answers. */
  static async start(options: {
    dataDir: string;
    config: string;
    args?: string[];
    env?: NodeJS.ProcessEnv;
  }): Promise<TestHost> {
    const args = ['up', '--data', options.dataDir, '--config', options.config, ...(options.args ?? [])];
    const child = spawn(process.execPath, [headroomCommand, ...args], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const client = await eventually('the start of the host', async () => {
      if (child.exitCode !== null) throw new Error(`the host ended with ${child.exitCode}: ${output.join('')}`);
      const host = await readHostFile(options.dataDir);
      return host && host.pid === child.pid && (await HttpClient.isAlive(host)) ? new HttpClient(host) : undefined;
    });
    return new TestHost(options.dataDir, child, client, () => output.join(''));
  }

  get output(): string {
    return this.#output();
  }

  /** The log so far, of this and earlier hosts of the directory. */
  logLines(): LogLine[] {
    const file = logFile(this.dataDir);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Ends it as a power switch would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Ends it in an orderly way; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }
}

/** Runs the command once, as from a second terminal. */
export async function headroom(
  args: string[],
  options: { input?: string; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [headroomCommand, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** Path of a file of the examples. */
export function examplePath(...parts: string[]): string {
  return join(resolve('../examples'), ...parts);
}

/** Branches of proposals in a bare repository. */
export function proposedBranches(bare: string): string[] {
  const printed = execFileSync('git', ['-C', bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom']);
  return printed
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

/** Records that a host has before it, of one group or of all; undefined where it does not say. */
export async function recordsBehind(dataDir: string, group?: string): Promise<number | undefined> {
  const { url } = (await readHostFile(dataDir)) ?? {};
  return recordsLeft(samplesOf(await (await fetch(new URL('/metrics', url))).text()), group);
}

/** Waits until no stage has anything left to do, seen three times in a row: events may be between two stages. */
export async function untilIdle(host: TestHost, deadlineMs = 400_000): Promise<void> {
  let idle = 0;
  await eventually(
    'rest',
    async () => {
      idle = (await recordsBehind(host.dataDir)) === 0 ? idle + 1 : 0;
      return idle >= 3 ? true : undefined;
    },
    deadlineMs,
    500,
  );
}

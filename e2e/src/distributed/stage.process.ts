import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually, headroomCommand, type LogLine } from '../test-host.js';

/** Stages as a deployment names them. */
export type StageName =
  'detector' | 'context-gatherer' | 'skill-executor' | 'verifier' | 'pr-writer' | 'gateway' | 'tool-server';

/** What the readiness endpoint answers. */
export interface Readiness {
  status: number;
  body: string;
}

/** One `headroom run <stage>`, a process of its own. */
export class StageProcess {
  readonly stage: StageName;
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];
  #url: string | undefined;

  private constructor(stage: StageName, child: ChildProcess) {
    this.stage = stage;
    this.#child = child;
    if (!child.stdout) throw new Error('the stage has no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const parsed = JSON.parse(line) as LogLine;
      this.lines.push(parsed);
      if (typeof parsed['url'] === 'string') this.#url ??= parsed['url'];
    });
    child.stderr?.on('data', (chunk: Buffer) => this.#errors.push(chunk.toString()));
  }

  /** Starts it and waits until its HTTP endpoint is announced. */
  static async start(stage: StageName, args: readonly string[], env: NodeJS.ProcessEnv): Promise<StageProcess> {
    const child = spawn(process.execPath, [headroomCommand, 'run', stage, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new StageProcess(stage, child);
    await eventually(`the start of ${stage}`, () => {
      if (started.exited) throw new Error(`${stage} ended with ${child.exitCode}: ${started.said()}`);
      return started.#url;
    });
    return started;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error(`${this.stage} has not announced its address`);
    return this.#url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Its last words, for the message of a failed wait. */
  said(): string {
    return [...this.#errors, ...this.lines.slice(-20).map((line) => JSON.stringify(line))].join('\n');
  }

  async readiness(): Promise<Readiness> {
    const response = await fetch(new URL('/health/ready', this.url), { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: await response.text() };
  }

  async isLive(): Promise<boolean> {
    return (await fetch(new URL('/health/live', this.url), { signal: AbortSignal.timeout(5_000) })).ok;
  }

  async metrics(): Promise<string> {
    return (await fetch(new URL('/metrics', this.url), { signal: AbortSignal.timeout(10_000) })).text();
  }

  async untilReady(deadlineMs = 120_000): Promise<void> {
    let answer = '';
    const look = async (): Promise<true | undefined> => {
      if (this.exited) throw new Error(`${this.stage} ended: ${this.said()}`);
      try {
        const { status, body } = await this.readiness();
        answer = body;
        return status === 200 ? true : undefined;
      } catch (error) {
        // The gateway takes its address over from the plain health endpoint.
        answer = String(error);
        return undefined;
      }
    };
    try {
      await eventually(`readiness of ${this.stage}`, look, deadlineMs);
    } catch (cause) {
      throw new Error(`${this.stage} is not ready: ${answer}\n${this.said()}`, { cause });
    }
  }

  /** Ends it as a power switch would. */
  async kill(): Promise<void> {
    if (this.exited) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Ends it in an orderly way; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (!this.exited) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }
}

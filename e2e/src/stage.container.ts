import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './test-host.js';

/** What a command left. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command of an installation, run as a container would: with its own environment and nothing else. */
export class StageContainer {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  /** Starts it. */
  static start(command: string, words: readonly string[], env: Readonly<Record<string, string>>): StageContainer {
    const inherited = { PATH: process.env['PATH'] ?? '' };
    const child = spawn(process.execPath, [command, ...words], {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new StageContainer(child);
  }

  /** Runs one to its end. */
  static async run(command: string, words: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
    return StageContainer.start(command, words, env).ended();
  }

  async ended(): Promise<Ended> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Lines of its JSON log so far. */
  log(): Record<string, unknown>[] {
    const whole = this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Where it listens, as the first line of its log says. */
  async url(): Promise<string> {
    return eventually('the first line of the log', () => {
      if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}: ${this.#stderr}`);
      const [first] = this.log();
      return typeof first?.['url'] === 'string' ? first['url'] : undefined;
    });
  }

  /** Its answer to a health question. */
  async health(kind: 'live' | 'ready'): Promise<{ status: number; stages: Record<string, string> }> {
    const response = await fetch(new URL(`/health/${kind}`, await this.url()));
    const { stages } = (await response.json()) as { stages: Record<string, string> };
    return { status: response.status, stages };
  }

  /** Waits until it says that it is ready. */
  async ready(): Promise<void> {
    await eventually('readiness', async () => ((await this.health('ready')).status === 200 ? true : undefined));
  }

  /** Tells it to stop; resolves when it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return this.ended();
  }
}

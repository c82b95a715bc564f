import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { HeadroomError } from '@headroom/contracts';
import { processTreeCpuSeconds } from '@headroom/platform';
import { OutputCapture } from './captured.output.js';
import { ControlGroup } from './control.group.js';
import { childrenOf, descendantsOf, killQuietly } from './process.tree.js';

/**
 * Joins the control groups, runs the command, tells its exit code and stays until it is told to go: while it stays, the
 * kernel's account of the CPU of everything it waited for can be read. The command gets neither of its two channels.
 */
const SUPERVISOR = `
count=$1; shift
while [ "$count" -gt 0 ]; do
  echo $$ > "$1" || { echo join >&3; exit 1; }
  shift; count=$((count-1))
done
"$@" 3>&- 4<&-
echo $? >&3
read -r _ <&4`;

const JOIN_FAILED = 'join';

/** What a supervised command is started with. */
export interface SupervisedStart {
  /** Words before the supervisor that end it when this process dies; empty where there is no such program. */
  guard: readonly string[];
  command: readonly string[];
  group: ControlGroup;
  /** Working folder of the supervisor. */
  cwd: string;
  output: 'capture' | 'discard';
  keepOutputBytes: number;
  /** Called for each piece of output with the bytes of both streams so far. */
  onOutput: (bytes: number) => void;
}

/** A command under a supervisor that keeps the kernel's account of its process tree. */
export class SupervisedProcess {
  readonly stdout: OutputCapture;
  readonly stderr: OutputCapture;
  readonly #child: ChildProcess;
  readonly #group: ControlGroup;
  readonly #closed: Promise<void>;
  readonly #status: Promise<string>;
  #done = false;

  constructor(start: SupervisedStart) {
    this.#group = start.group;
    this.stdout = new OutputCapture(start.keepOutputBytes);
    this.stderr = new OutputCapture(start.keepOutputBytes);
    const joins = start.group.joinFiles;
    const words = [...start.guard, '/bin/sh', '-c', SUPERVISOR, 'supervisor', String(joins.length), ...joins];
    const stream = start.output === 'discard' ? 'ignore' : 'pipe';
    const [program = '/bin/sh', ...args] = [...words, ...start.command];
    this.#child = spawn(program, args, {
      cwd: start.cwd,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['ignore', stream, stream, 'pipe', 'pipe'],
      // A group of its own, so that it can be ended as a whole.
      detached: true,
    });
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#status = this.#readStatus();
    for (const [from, to] of [
      [this.#child.stdout, this.stdout],
      [this.#child.stderr, this.stderr],
    ] as const) {
      from?.on('data', (chunk: Buffer) => {
        to.add(chunk);
        start.onOutput(this.stdout.bytes + this.stderr.bytes);
      });
    }
    const control = this.#control;
    // The supervisor may be gone when it is told to go.
    control.on('error', () => control.destroy());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get #control(): Writable {
    return this.#child.stdio[4] as Writable;
  }

  #readStatus(): Promise<string> {
    const channel = this.#child.stdio[3] as Readable;
    return new Promise((resolve, reject) => {
      let text = '';
      channel.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.endsWith('\n')) resolve(text.trim());
      });
      channel.once('close', () => resolve(text.trim()));
      this.#child.once('error', (cause) =>
        reject(
          new HeadroomError(`A command cannot be started: ${cause.message}.`, {
            code: 'HEADROOM_COMMAND_NOT_STARTED',
            retryable: true,
            cause,
          }),
        ),
      );
    });
  }

  /** Waits for the end of the command: its exit code, and the CPU of its process tree. */
  async ended(): Promise<{ exitCode: number; cpuSeconds: number | undefined; cpuSource: 'cgroup' | 'process-tree' }> {
    const status = await this.#status;
    if (status === JOIN_FAILED) {
      await this.#finish();
      throw new HeadroomError('A command could not join its control group; run it without control groups.', {
        code: 'HEADROOM_CONTROL_GROUP_UNUSABLE',
      });
    }
    const cpuSource = this.#group.has('cpu') ? 'cgroup' : 'process-tree';
    const cpuSeconds = this.#group.cpuSeconds() ?? this.#waitedCpuSeconds();
    this.#group.readLimits();
    await this.#finish();
    return { exitCode: status === '' ? 128 + constants.signals.SIGKILL : Number(status), cpuSeconds, cpuSource };
  }

  #waitedCpuSeconds(): number | undefined {
    const cpu = processTreeCpuSeconds(this.pid);
    return cpu && cpu.self + cpu.ended;
  }

  async #finish(): Promise<void> {
    // What the command left behind would hold the output open.
    this.#group.killAll(this.pid);
    for (const pid of descendantsOf(this.pid)) killQuietly(pid);
    this.#control.end('\n');
    const grace = setTimeout(() => this.#killGroup(), 5_000);
    await this.#closed;
    clearTimeout(grace);
    this.#killGroup();
    this.#done = true;
    await this.#group.remove();
  }

  /**
   * Ends the command. The first process of its namespace goes first, so that the ones above wait for it and its CPU is
   * accounted; then whatever is left.
   */
  kill(): void {
    // Its id may belong to somebody else by now.
    if (this.#done) return;
    const below = childrenOf(this.pid).flatMap((pid) => childrenOf(pid));
    for (const pid of below) killQuietly(pid);
    setTimeout(() => {
      if (this.#done) return;
      for (const pid of descendantsOf(this.pid)) killQuietly(pid);
      this.#group.killAll(this.pid);
    }, 500).unref();
    setTimeout(() => this.#done || this.#killGroup(), 3_000).unref();
  }

  #killGroup(): void {
    if (this.pid > 0) killQuietly(-this.pid);
  }
}

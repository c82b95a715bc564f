import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { guardProcess } from '../process.guard.js';
import { freePort } from '../tcp.proxy.js';

/** Options of {@link LocalRedis.start}. */
export interface LocalRedisOptions {
  /** Further words for `redis-server`, e.g. `['--maxmemory-policy', 'allkeys-lru']`. @default none */
  args?: readonly string[];
}

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10;
const SHOWN_CHARACTERS = 2_000;

/** What the server says to an inline PING; any answer, a refusal without password too, means that it serves. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer: Buffer) => end(!answer.toString('latin1').startsWith('-LOADING')));
  });
}

/**
 * A `redis-server` of one test, on a free port and in a temporary folder, with an append-only file and no eviction. It
 * can be stopped, killed and started again on the same port and data.
 */
export class LocalRedis {
  readonly port: number;
  readonly dir: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #output = '';

  private constructor(port: number, dir: string, options: LocalRedisOptions) {
    this.port = port;
    this.dir = dir;
    this.#args = options.args ?? [];
  }

  /** The version of the installed server; undefined when there is none. */
  static version(): string | undefined {
    const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
    return status === 0 ? /v=(\S+)/.exec(stdout)?.[1] : undefined;
  }

  /** @throws HeadroomError `HEADROOM_TEST_REDIS_FAILED` with what the server printed */
  static async start(options: LocalRedisOptions = {}): Promise<LocalRedis> {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-redis-'));
    const redis = new LocalRedis(await freePort(), dir, options);
    try {
      await redis.start();
    } catch (error) {
      await redis.close();
      throw error;
    }
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it again after {@link stop} or {@link kill}; resolves when it has loaded its data and answers. */
  async start(): Promise<void> {
    if (this.#child) return;
    const settings = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--daemonize', 'no'];
    const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.dir];
    const child = spawn('redis-server', [...settings, '--maxmemory-policy', 'noeviction', ...place, ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.once('spawn', () => guardProcess(child, this.dir));
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#output = (this.#output + String(chunk)).slice(-SHOWN_CHARACTERS)));
    }
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        if (this.#child === child) this.#child = undefined;
        resolve();
      };
      child.once('error', (error) => {
        this.#output += error.message;
        over();
      });
      child.once('exit', over);
    });
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (this.#child && performance.now() < deadline) {
      if (await answers(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    await this.kill();
    throw new HeadroomError(`redis-server did not start: ${this.#output.trim()}`, {
      code: 'HEADROOM_TEST_REDIS_FAILED',
    });
  }

  /** Ends it as an operator does; its data stays. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), STOPPED_WITHIN_MS);
    this.#child?.kill('SIGTERM');
    await this.#ended;
    clearTimeout(late);
  }

  /** Ends it without a chance to clean up. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Stands still: connections stay open and nothing is answered, until {@link thaw}. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it and removes its data. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
  }
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@headroom/testing';

const READY_WITHIN_MS = 60_000;

/** A Prometheus of one test, as a process on loopback with its data in a temporary folder, that scrapes one endpoint each second. */
export class LocalPrometheus {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #ended: Promise<void>;
  /** What it printed last. */
  output = '';

  private constructor(url: string, child: ChildProcess, dir: string) {
    this.url = url;
    this.#child = child;
    this.#dir = dir;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString('utf8')).slice(-4000)));
  }

  /** Starts one that scrapes `host:port`. */
  static async start(target: string): Promise<LocalPrometheus> {
    if (spawnSync('prometheus', ['--version']).status !== 0) {
      throw new Error('There is no prometheus: install it (on Debian: apt-get install prometheus).');
    }
    const dir = await mkdtemp(join(tmpdir(), 'headroom-prometheus-'));
    const port = await freePort();
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target] }] }],
    };
    // YAML takes JSON.
    await writeFile(join(dir, 'prometheus.yml'), JSON.stringify(config));
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const started = new LocalPrometheus(`http://127.0.0.1:${port}`, child, dir);
    await started.#ready();
    return started;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const response = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return;
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        await this.stop();
        throw new Error(`Prometheus did not start: ${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
    await rm(this.#dir, { recursive: true, force: true });
  }
}

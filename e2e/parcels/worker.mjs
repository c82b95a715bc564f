/** One deployment of the service as its container runs it: the checkout lies in /srv/parcels, the profiler beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const CONTAINER_ROOT = '/srv/parcels';
const PROFILER = resolve(import.meta.dirname, '../../examples/storefront/play/profiler.mjs');

function childOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((id) => readFileSync(`/proc/${pid}/task/${id}/children`, 'utf8').split(' '));
  return Number(children.find(Boolean) ?? 0);
}

export class Worker {
  #child;
  #answers;
  #ended;
  #waiting = [];

  /** Starts it and waits for its first answer. Its records go to /dev/null: nobody reads them here. */
  static async start(folder) {
    const worker = new Worker();
    const files = [
      '--bind',
      '/',
      '/',
      '--dev-bind',
      '/dev',
      '/dev',
      '--tmpfs',
      '/srv',
      '--ro-bind',
      folder,
      CONTAINER_ROOT,
    ];
    const command = [process.execPath, '--import', PROFILER, 'dist/worker.js'];
    worker.#child = spawn('bwrap', [...files, '--chdir', CONTAINER_ROOT, ...command], {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
    });
    worker.#ended = once(worker.#child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the worker ended with ${code}`)),
    );
    worker.#ended.catch(() => undefined);
    worker.#answers = createInterface({ input: worker.#child.stdout });
    worker.#answers.on('line', (line) => worker.#waiting.shift()?.(line));
    await worker.rate({ depot: 'AMS', parcels: [] });
    return worker;
  }

  /** The process that runs the service: the container's first one only waits for it. */
  get pid() {
    return childOf(this.#child.pid);
  }

  async rate(manifest) {
    const answer = new Promise((done) => this.#waiting.push(done));
    this.#child.stdin.write(`${JSON.stringify(manifest)}\n`);
    return JSON.parse(await this.#orEnd(answer));
  }

  startProfile() {
    return this.#ask({ command: 'start' });
  }

  stopProfile(file) {
    return this.#ask({ command: 'stop', file });
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(message) {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    await this.#orEnd(answer);
  }

  #orEnd(answer) {
    return Promise.race([answer, this.#ended]);
  }
}

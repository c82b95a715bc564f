/** Runs one deployment of the service. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HOST = '127.0.0.1';
const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 10_000;

async function freePort() {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url) {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

export class Service {
  static #running = new Set();
  #child;
  #exited;
  url;

  /** Starts `src/server.ts` of a checkout and waits until it answers. Its log goes to /dev/null: nobody reads it here. */
  static async start(checkout, settings) {
    const service = new Service();
    const port = await freePort();
    service.url = `http://${HOST}:${port}`;
    service.#child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'profiler.mjs'), 'src/server.ts'], {
      cwd: checkout,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST, PORT: String(port), LOG_LEVEL: 'info', ...settings },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    service.#exited = once(service.#child, 'exit');
    Service.#running.add(service);
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await answers(service.url))) {
      if (service.#child.exitCode !== null) throw new Error(`the service ended with code ${service.#child.exitCode}`);
      if (Date.now() > deadline) throw new Error('the service does not answer');
      await delay(20);
    }
    return service;
  }

  /** Stops what is still running when the driver has to end. */
  static async stopAll() {
    await Promise.all([...Service.#running].map((service) => service.stop()));
  }

  get pid() {
    return this.#child.pid;
  }

  startProfile() {
    return this.#ask({ command: 'start' });
  }

  /** Stops the profile and has the service write it to a file. */
  stopProfile(file) {
    return this.#ask({ command: 'stop', file });
  }

  async stop() {
    Service.#running.delete(this);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.#exited;
    clearTimeout(kill);
  }

  async #ask(message) {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    const ended = this.#exited.then(([code, signal]) => {
      throw new Error(`the service ended (${signal ?? `code ${code}`}) while it was profiled`);
    });
    await Promise.race([answer, ended]);
  }
}

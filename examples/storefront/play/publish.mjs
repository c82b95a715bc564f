/** Hands what was measured to Headroom, through its command line. */
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { hostClass } from './cpu.mjs';

const SERVICE = 'storefront';
const ENVIRONMENT = 'production';
const SOURCE = '/storefront/deploys';

export class Publisher {
  #cli;
  #repository;
  #recordTo;

  /** With `recordTo` the validated events go to that file instead, one JSON document a line. */
  constructor({ cli, repository, recordTo }) {
    this.#cli = cli;
    this.#repository = repository;
    this.#recordTo = recordTo;
    if (recordTo) writeFileSync(recordTo, '');
  }

  codeDeployed({ deployment, commit, previousCommit }, deployedAt) {
    const data = { deployment, kind: 'code', deployedAt, repository: this.#repository, commit };
    return this.#event(
      'dev.headroom.change.deployed.v1',
      deployedAt,
      previousCommit ? { ...data, previousCommit } : data,
    );
  }

  configDeployed({ deployment, config }, deployedAt) {
    return this.#event('dev.headroom.change.deployed.v1', deployedAt, {
      deployment,
      kind: 'config',
      deployedAt,
      config,
    });
  }

  measured({ deployment, commit }, { whole, windows }) {
    const column = (read) => windows.map(read);
    return this.#event('dev.headroom.measurement.recorded.v1', whole.endedAt, {
      version: commit,
      deployment,
      hostClass: hostClass(),
      unitOfWork: 'request',
      windows: { startedAt: column((each) => each.startedAt), endedAt: column((each) => each.endedAt) },
      series: [
        {
          metric: 'cpu-seconds-per-unit',
          unit: 's',
          worse: 'up',
          values: column(({ cpuSeconds, requests }) => cpuSeconds / requests),
          weights: column(({ requests }) => requests),
        },
        {
          metric: 'main-thread-cpu-seconds-per-unit',
          unit: 's',
          worse: 'up',
          values: column((each) => each.mainThreadCpuSeconds / each.requests),
          weights: column(({ requests }) => requests),
        },
        { metric: 'units', unit: '1', worse: 'neither', values: column(({ requests }) => requests) },
      ],
      quality: {
        units: column(({ requests }) => requests),
        cpuSeconds: column(({ cpuSeconds }) => cpuSeconds),
        restOfHostCores: column(({ restOfHostCores }) => restOfHostCores),
      },
    });
  }

  /** Publishes events, in their order. */
  events(events) {
    return this.#run(['publish', '-'], events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  /** Publishes the profile of a deployment; its frames are resolved with the checked out source. */
  profile(file, { deployment, commit }, { whole }, checkout) {
    const flags = {
      service: SERVICE,
      environment: ENVIRONMENT,
      version: commit,
      deployment,
      'host-class': hostClass(),
      units: whole.requests,
      'unit-of-work': 'request',
      'cpu-seconds': whole.cpuSeconds,
      'rest-of-host-cores': whole.restOfHostCores,
      'started-at': whole.startedAt,
      'ended-at': whole.endedAt,
      source: checkout,
    };
    const words = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    return this.#run(['publish', '--profile', file, ...words], '');
  }

  #event(type, time, data) {
    return {
      specversion: '1.0',
      id: `${data.deployment}-${type.split('.')[2]}-${Date.parse(time)}`,
      source: SOURCE,
      type,
      time,
      datacontenttype: 'application/json',
      data: { service: SERVICE, environment: ENVIRONMENT, ...data },
    };
  }

  async #run(words, input) {
    const args = [this.#cli, ...words, this.#recordTo ? '--dry-run' : '--json'];
    const child = spawn(process.execPath, args, { stdio: 'pipe' });
    const closed = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    // A command that refuses to start does not read its input; its exit code says so.
    child.stdin.on('error', () => undefined).end(input);
    const [output, notices, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    if (code !== 0) throw new Error(`headroom publish ended with code ${code}: ${notices}${output}`.trim());
    if (this.#recordTo) appendFileSync(this.#recordTo, output);
  }
}

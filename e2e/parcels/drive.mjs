/**
 * Deploys the service that rates parcels commit by commit, lets it work, and writes what was measured to a file.
 *
 *     node parcels/drive.mjs --record <file> [--deployments <n>] [--manifests <n>] [--tries <n>]
 *
 * A deployment during which the host was busy is measured again, at most twenty times or --tries; the last figures count
 * in any case. --manifests sets how many are rated in a window.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BUSY_HOST_CORES } from '@headroom/platform';
import { checkout } from '../../examples/storefront/play/checkout.mjs';
import {
  hostClass,
  hostCpuSeconds,
  mainThreadCpuSeconds,
  ownCpuSeconds,
  treeCpuSeconds,
} from '../../examples/storefront/play/cpu.mjs';
import { buildParcels } from '../dist/parcels/parcels.repository.js';
import { CONTAINER_ROOT, Worker } from './worker.mjs';

const SERVICE = 'parcels';
const ENVIRONMENT = 'production';
const PARCELS_PER_MANIFEST = 25;
const WARM_UP_MANIFESTS = 5000;
const WINDOWS = 3;
const IN_FLIGHT = 16;
const POSTCODES = ['1012 AB', '1304', '2718 KL', '3511', '4002 ZZ', '5501', '5612 QR', '9011', 'X1'];
const TAGS = [[], ['fragile'], [], ['cold', 'fragile'], ['signed']];

const cli = process.env.HEADROOM_CLI ?? resolve(import.meta.dirname, '../../apps/cli/bin/headroom.mjs');
const { values: flags } = parseArgs({
  options: {
    record: { type: 'string' },
    deployments: { type: 'string' },
    manifests: { type: 'string', default: '3000' },
    tries: { type: 'string', default: '20' },
  },
});
if (!flags.record) throw new Error('--record names the file of the events');

function parcelOf(number) {
  const size = { length: 110 + (number % 41) * 20, width: 90 + (number % 29) * 15, height: 40 + (number % 13) * 30 };
  const postcode = POSTCODES[number % (number % 50 === 0 ? POSTCODES.length : POSTCODES.length - 1)];
  return {
    id: String(number),
    postcode,
    grams: 70 + ((number * 383) % 29_000),
    size,
    tags: TAGS[number % TAGS.length],
  };
}

const perWindow = Number(flags.manifests);

const manifests = Array.from({ length: 64 }, (_, index) => ({
  depot: ['AMS', 'RTM', 'EIN'][index % 3],
  parcels: Array.from({ length: PARCELS_PER_MANIFEST }, (_each, parcel) =>
    parcelOf(index * PARCELS_PER_MANIFEST + parcel),
  ),
}));

async function work(worker, count) {
  let next = 0;
  const lane = async () => {
    while (next < count) await worker.rate(manifests[next++ % manifests.length]);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

function reading(pid) {
  return {
    at: Date.now(),
    service: treeCpuSeconds(pid),
    main: mainThreadCpuSeconds(pid),
    own: ownCpuSeconds(),
    host: hostCpuSeconds(),
  };
}

function between(before, after, units) {
  const cpuSeconds = after.service - before.service;
  const rest = after.host - before.host - cpuSeconds - (after.own - before.own);
  return {
    startedAt: new Date(before.at).toISOString(),
    endedAt: new Date(after.at).toISOString(),
    units,
    cpuSeconds,
    mainThreadCpuSeconds: after.main - before.main,
    restOfHostCores: Math.max(0, rest) / ((after.at - before.at) / 1000),
  };
}

async function measured(folder, profile) {
  const worker = await Worker.start(folder);
  try {
    await work(worker, WARM_UP_MANIFESTS);
    await worker.startProfile();
    const readings = [reading(worker.pid)];
    for (let window = 0; window < WINDOWS; window += 1) {
      await work(worker, perWindow);
      readings.push(reading(worker.pid));
    }
    await worker.stopProfile(profile);
    const units = perWindow * PARCELS_PER_MANIFEST;
    const windows = readings.slice(1).map((after, index) => between(readings[index], after, units));
    return { whole: between(readings[0], readings.at(-1), WINDOWS * units), windows };
  } finally {
    await worker.stop();
  }
}

function event(kind, time, data) {
  const head = { specversion: '1.0', id: `${data.deployment}-${kind}`, source: '/depots/deploys' };
  const body = { service: SERVICE, environment: ENVIRONMENT, ...data };
  return { ...head, type: `dev.headroom.${kind}.v1`, time, datacontenttype: 'application/json', data: body };
}

function deployedEvent({ deployment, commit, previousCommit }, deployedAt) {
  const data = { deployment, kind: 'code', deployedAt, repository: SERVICE, commit, previousCommit };
  return event('change.deployed', deployedAt, data);
}

function measurementEvent({ deployment, commit }, { whole, windows }) {
  const column = (read) => windows.map(read);
  const weights = column(({ units }) => units);
  const perUnit = (metric, read) => ({
    metric,
    unit: 's',
    worse: 'up',
    values: column((each) => read(each) / each.units),
    weights,
  });
  return event('measurement.recorded', whole.endedAt, {
    version: commit,
    deployment,
    hostClass: hostClass(),
    unitOfWork: 'parcel',
    windows: { startedAt: column((each) => each.startedAt), endedAt: column((each) => each.endedAt) },
    series: [
      perUnit('cpu-seconds-per-unit', (each) => each.cpuSeconds),
      perUnit('main-thread-cpu-seconds-per-unit', (each) => each.mainThreadCpuSeconds),
    ],
    quality: {
      units: weights,
      cpuSeconds: column(({ cpuSeconds }) => cpuSeconds),
      restOfHostCores: column(({ restOfHostCores }) => restOfHostCores),
    },
  });
}

/** What the command line makes of events and a profile, one JSON document a line. */
function published(words, input) {
  const args = [cli, 'publish', ...words, '--dry-run'];
  const lines = execFileSync(process.execPath, args, { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'inherit'] });
  appendFileSync(flags.record, lines);
}

function publish(deployment, result, { folder, profile }) {
  const { whole } = result;
  const events = [deployedEvent(deployment, whole.startedAt), measurementEvent(deployment, result)];
  const options = {
    service: SERVICE,
    environment: ENVIRONMENT,
    version: deployment.commit,
    deployment: deployment.deployment,
    'host-class': hostClass(),
    units: whole.units,
    'unit-of-work': 'parcel',
    'cpu-seconds': whole.cpuSeconds,
    'main-thread-cpu-seconds': whole.mainThreadCpuSeconds,
    'rest-of-host-cores': whole.restOfHostCores,
    'started-at': whole.startedAt,
    'ended-at': whole.endedAt,
    source: folder,
    'path-map': `${CONTAINER_ROOT}=`,
  };
  published(['-'], `${JSON.stringify(events[0])}\n`);
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  published(['--profile', profile, ...words], '');
  published(['-'], `${JSON.stringify(events[1])}\n`);
}

async function quietly(folder, profile) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await measured(folder, profile);
    const { whole } = result;
    const busy = whole.restOfHostCores > BUSY_HOST_CORES;
    const micros = ((whole.cpuSeconds / whole.units) * 1e6).toFixed(2);
    process.stderr.write(`${micros} µs CPU per parcel, rest of the host ${whole.restOfHostCores.toFixed(2)} cores\n`);
    if (!busy || attempt >= Number(flags.tries)) return result;
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'parcels-'));
try {
  writeFileSync(flags.record, '');
  const { bare, deployments } = await buildParcels(join(temporary, 'origin'));
  for (const deployment of deployments.slice(0, flags.deployments && Number(flags.deployments))) {
    const folder = join(temporary, deployment.deployment);
    const profile = join(temporary, `${deployment.deployment}.cpuprofile`);
    checkout(bare, deployment.commit, folder);
    execFileSync(process.execPath, ['tools/build.mjs'], { cwd: folder, stdio: 'ignore' });
    const result = await quietly(folder, profile);
    publish(deployment, result, { folder, profile });
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

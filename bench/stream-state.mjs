/**
 * How a stream's state is kept: an entry of the key-value store rewritten at each event, or snapshots and the log's tail.
 * Both fold the same events into the detector's memory of the same services, in turn, in one run on one machine.
 *
 * Usage: npm run build && node bench/stream-state.mjs [--services 20] [--events 1500] [--functions 150] [--batch 1]
 *   [--rounds 3]
 *   --batch  largest batch: 1 is live traffic, 500 a lane that catches up
 *
 * Prints one JSON object: events per second and bytes written, per way and round, and the ratio of the medians.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contracts, topicOf } from '@headroom/contracts';
import { applyDeployment, applyProfile, emptyHistory } from '@headroom/detection';
import { createLogger } from '@headroom/platform';
import { openEmbedded, Runtime } from '@headroom/runtime';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '20' },
    events: { type: 'string', default: '1500' },
    functions: { type: 'string', default: '150' },
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
  },
});
const options = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const contractOf = (name) => contracts.find((contract) => contract.name === name);
const changeDeployed = contractOf('change.deployed');
const serviceAssessed = contractOf('service.assessed');
const DEPLOYMENTS = 12;
const GROUP = 'detector';

/** A service whose deployments have all been measured. */
function measured(service) {
  let history = emptyHistory(service);
  for (let index = 0; index < DEPLOYMENTS; index += 1) {
    history = applyDeployment(history, {
      id: `d${index}`,
      kind: 'code',
      deployedAt: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
      version: `v${index}`,
    });
    history = applyProfile(history, profileOf(`d${index}`, `${service}-${index}`));
  }
  return history;
}

function profileOf(deployment, eventId) {
  const names = Array.from({ length: options.functions }, (_, index) => `src/module-${index % 20}.ts:function${index}`);
  return {
    eventId,
    deployment,
    environment: 'production',
    hostClass: 'c1',
    units: 1000,
    cpuSeconds: 10,
    restOfHostCores: 0.05,
    startedAt: '2026-02-01T00:00:00Z',
    endedAt: '2026-02-01T00:01:00Z',
    functions: names.map((id, index) => ({
      id,
      origin: 'first-party',
      totalCpuSeconds: 1 / (index + 1),
      selfCpuSeconds: 0.5 / (index + 1),
      samples: 10,
    })),
    edges: names.slice(1).map((callee, index) => ({ caller: names[index], callee, cpuSeconds: 1 / (index + 1) })),
  };
}

/** One more profile of the newest deployment; a line about the service goes out, as the detector does it. */
async function fold(batch, context) {
  for (const { event } of batch) {
    const { service } = event.data;
    const key = `service/${service}`;
    const history = (await context.get(key)) ?? measured(service);
    context.put(key, applyProfile(history, profileOf(`d${DEPLOYMENTS - 1}`, event.id)));
    context.publish(serviceAssessed, { ...serviceAssessed.example, service }, { causation: event, step: 'assessment' });
  }
}

/** The same port; `add` is told how many bytes each write carries. */
function counted(port, names, add) {
  return new Proxy(port, {
    get: (target, name) => {
      const method = target[name].bind(target);
      if (!names.includes(name)) return method;
      return (...given) => {
        add(given.reduce((sum, each) => sum + sizeOf(each), 0));
        return method(...given);
      };
    },
  });
}

function sizeOf(given) {
  return given instanceof Uint8Array ? given.byteLength : Buffer.byteLength(JSON.stringify(given) ?? '');
}

async function measure(state) {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const parts = await openEmbedded(dir);
  let bytes = 0;
  const add = (more) => (bytes += more);
  const runtime = new Runtime({
    group: GROUP,
    log: parts.log,
    store: counted(parts.store, ['put', 'transact', 'compareAndSet'], add),
    blobs: counted(parts.blobs, ['put', 'putNamed'], add),
    logger: createLogger({ level: 'error' }),
  });
  const contract = { ...changeDeployed, partitions: 1 };
  await parts.log.ensureTopics([topicOf(contract), topicOf(serviceAssessed)]);
  let seen = 0;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  runtime.subscribeStream({
    contracts: [contract],
    state,
    maxBatch: options.batch,
    handler: async (batch, context) => {
      await fold(batch, context);
      seen += batch.length;
      if (seen === options.services + options.events) done();
    },
  });
  const publish = (index) =>
    runtime.publisher.publish(contract, { ...contract.example, service: `service-${index % options.services}` });
  await runtime.start();
  for (let index = 0; index < options.services; index += 1) await publish(index);
  while (seen < options.services) await new Promise((resolve) => setImmediate(resolve));
  bytes = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: options.events }, (_, index) => publish(index)));
  await all;
  // The last snapshot is part of the price.
  await runtime.close();
  const seconds = (performance.now() - startedAt) / 1000;
  await parts.close();
  await rm(dir, { recursive: true, force: true });
  return {
    state,
    eventsPerSecond: Math.round(options.events / seconds),
    bytesPerEvent: Math.round(bytes / options.events),
  };
}

function median(numbers) {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)];
}

const rounds = [];
for (let round = 0; round < options.rounds; round += 1) {
  for (const state of ['key-value', 'snapshot']) rounds.push({ round, ...(await measure(state)) });
}
const medianOf = (state, name) => median(rounds.filter((each) => each.state === state).map((each) => each[name]));
const result = {
  node: process.version,
  options,
  bytesOfOneService: Buffer.byteLength(JSON.stringify(measured('service-0'))),
  rounds,
  ratio: {
    eventsPerSecond: Number(
      (medianOf('snapshot', 'eventsPerSecond') / medianOf('key-value', 'eventsPerSecond')).toFixed(2),
    ),
    bytesPerEvent: Number((medianOf('snapshot', 'bytesPerEvent') / medianOf('key-value', 'bytesPerEvent')).toFixed(4)),
  },
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);

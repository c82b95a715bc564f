/**
 * Records deployments of unchanged code for the tests on null histories: really deploys, serves, profiles and measures
 * the example, every time with the same code, and keeps what the detector's core sees of it, compressed.
 *
 *     npx tsc -b && node record-null-histories.mjs [--deployments <n>] [--output <file>] [--events <file>]
 *
 * 120 deployments (the default) take about five minutes. The recording begins when the machine has been quiet for five
 * seconds, or after ten minutes of waiting. Every measured deployment is kept, also one that was measured while the
 * host was busy: with the figure that says so. --events takes the events of an earlier
 * `drive.mjs --unchanged --record <file>` instead of measuring anew.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hostCpuSeconds, hostMeasurementLock } from '@headroom/platform';
import { decodeStacks } from '@headroom/profiling';
// The detector's own reading of the events: what is recorded must be what it would see.
import { emptyMemory, rememberChange, rememberProfile, rememberQuality } from '../apps/detector/dist/service.memory.js';
import { encodeRecording } from './dist/null-histories/null.recording.js';
import { readRecordedEvents } from './dist/null-histories/recorded.events.js';

const here = import.meta.dirname;
const QUIET_CORES = 0.1;
const QUIET_MS = 5000;
const PATIENCE_MS = 600_000;
const MOST_BYTES = 1024 * 1024;

const { values: flags } = parseArgs({
  options: {
    deployments: { type: 'string', default: '120' },
    output: { type: 'string', default: join(here, 'src/null-histories/null-histories.json.br') },
    events: { type: 'string' },
  },
});

async function coresInUse() {
  const [at, before] = [Date.now(), hostCpuSeconds()];
  await delay(QUIET_MS);
  return (hostCpuSeconds() - before) / ((Date.now() - at) / 1000);
}

async function untilQuiet() {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const cores = await coresInUse();
    if (cores < QUIET_CORES) return;
    process.stderr.write(`waiting: ${cores.toFixed(2)} cores are in use\n`);
  }
}

/** Measures; resolves when all events are in the file. */
async function drive(file) {
  await untilQuiet();
  const held = await hostMeasurementLock().acquire('recording of null histories');
  try {
    const words = ['--unchanged', '--deployments', flags.deployments, '--record', file];
    const child = spawn(process.execPath, [join(here, '../examples/storefront/drive.mjs'), ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, HEADROOM_CLI: join(here, '../apps/cli/bin/headroom.mjs') },
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the drive ended with code ${code}`);
  } finally {
    held.release();
  }
}

/** One deployment as the detector takes it in. Its profile waits there for a deployment that is not announced yet. */
function recorded(service, events) {
  let announced = emptyMemory(service);
  let measured = emptyMemory(service);
  for (const { event, blob } of events) {
    if (event.type.includes('.change.')) announced = rememberChange(announced, event.data);
    else if (event.type.includes('.profile.')) measured = rememberProfile(measured, event, decodeStacks(blob.bytes));
    else measured = rememberQuality(measured, event.data);
  }
  const [record] = announced.history.deployments;
  const [profile] = measured.history.held;
  if (!record || !profile) throw new Error(`a change or a profile is missing: ${events.map(({ event }) => event.id)}`);
  const { observations: _, ...deployment } = record;
  return { deployment, profile };
}

function recordingOf(events) {
  const byDeployment = Map.groupBy(events, ({ event }) => event.data.deployment);
  const [{ event }] = events;
  return {
    service: event.data.service,
    recordedAt: event.data.deployedAt,
    node: process.version,
    deployments: [...byDeployment.values()].map((each) => recorded(event.data.service, each)),
  };
}

const work = mkdtempSync(join(tmpdir(), 'null-histories-'));
try {
  const file = flags.events ?? join(work, 'events.jsonl');
  if (flags.events === undefined) await drive(file);
  const recording = recordingOf(readRecordedEvents(file));
  const bytes = encodeRecording(recording);
  if (bytes.length > MOST_BYTES)
    throw new Error(`the recording has ${bytes.length} bytes; at most ${MOST_BYTES} are kept`);
  writeFileSync(flags.output, bytes);
  const busy = recording.deployments.filter(({ profile }) => profile.restOfHostCores > 0.2).length;
  process.stderr.write(
    `${recording.deployments.length} deployments, ${busy} of them on a busy host, ${bytes.length} bytes\n`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

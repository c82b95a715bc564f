/**
 * Records measured deployments for the tests: really deploys, serves, profiles and measures.
 *
 *     npx tsc -b && node record.mjs <history> [--deployments <n>] [--events <file>]
 *
 * <history> is `storefront` (the example), a variant of it (`slower-lookup`, `spread-out`), `parcels` (another repository,
 * parcels/drive.mjs), or `null-histories`: the example's same code every time, 120 deployments by default (about five
 * minutes), of which only what the detector's core sees is kept. The recording begins when the machine has been quiet for five seconds, or after ten minutes of waiting. Every measured
 * deployment is kept, also one that was measured while the host was busy: with the figure that says so. --events takes
 * the events of an earlier `drive.mjs --record <file>` instead of measuring anew.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BUSY_HOST_CORES, hostCpuSeconds, hostMeasurementLock } from '@headroom/platform';
import { decodeStacks } from '@headroom/profiling';
// The detector's own reading of the events: what is recorded must be what it would see.
import { emptyMemory, rememberChange, rememberProfile, rememberQuality } from '../apps/detector/dist/service.memory.js';
import { encodeRecording } from './dist/recordings/null.recording.js';
import { packText } from './dist/recordings/packed.text.js';
import { parseRecordedEvents } from './dist/recordings/recorded.events.js';

const here = import.meta.dirname;
const QUIET_CORES = 0.1;
const QUIET_MS = 5000;
const PATIENCE_MS = 600_000;
const MOST_BYTES = 1024 * 1024;

const {
  values: flags,
  positionals: [history],
} = parseArgs({
  allowPositionals: true,
  options: { deployments: { type: 'string' }, events: { type: 'string' } },
});
const NULL_HISTORIES = 'null-histories';
const NULL_DEPLOYMENTS = '120';
const WORDS = {
  storefront: [],
  'slower-lookup': ['--variant', 'slower-lookup'],
  'spread-out': ['--variant', 'spread-out'],
  parcels: [],
  [NULL_HISTORIES]: ['--unchanged', '--deployments', flags.deployments ?? NULL_DEPLOYMENTS],
};
const DRIVER = history === 'parcels' ? 'parcels/drive.mjs' : '../examples/storefront/drive.mjs';
if (!WORDS[history]) {
  process.stderr.write(`Name a history: ${Object.keys(WORDS).join(', ')}.\n`);
  process.exit(2);
}

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
  const held = await hostMeasurementLock().acquire('recording of a history');
  try {
    const words = [...WORDS[history], '--record', file];
    const child = spawn(process.execPath, [join(here, DRIVER), ...words], {
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

function busyOf(events) {
  const profiles = events.filter(({ event }) => event.type.includes('.profile.'));
  return profiles.filter(({ event }) => event.data.restOfHostCores > BUSY_HOST_CORES).length;
}

const work = mkdtempSync(join(tmpdir(), 'recording-'));
try {
  const file = flags.events ?? join(work, 'events.jsonl');
  if (flags.events === undefined) await drive(file);
  const text = readFileSync(file, 'utf8');
  const events = parseRecordedEvents(text);
  const isNull = history === NULL_HISTORIES;
  const bytes = isNull ? encodeRecording(recordingOf(events)) : packText(text);
  if (bytes.length > MOST_BYTES)
    throw new Error(`the recording has ${bytes.length} bytes; at most ${MOST_BYTES} are kept`);
  writeFileSync(join(here, 'src/recordings', `${history}.${isNull ? 'json' : 'jsonl'}.br`), bytes);
  process.stderr.write(`${history}: ${busyOf(events)} deployments on a busy host, ${bytes.length} bytes\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

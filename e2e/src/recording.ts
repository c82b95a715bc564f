import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { profileRecorded, type BlobRef, type HeadroomEvent, type Profile } from '@headroom/contracts';
import { BUSY_HOST_CORES, hostMeasurementLock } from '@headroom/platform';
import { examplePath, headroomCommand, runNode, type TestHost } from './test-host.js';

/** What one real load run of the example published. */
export interface Recording {
  events: HeadroomEvent[];
  blobs: (BlobRef & { base64: string })[];
}

const TRIES = 3;

function read(file: string): Recording {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const values = lines.map((line) => JSON.parse(line) as HeadroomEvent | { blob: Recording['blobs'][number] });
  return {
    events: values.filter((value) => 'specversion' in value),
    blobs: values.flatMap((value) => ('blob' in value ? [value.blob] : [])),
  };
}

/** Deployments that were measured while the host had other work. */
function busyIn({ events }: Recording): number {
  const profiles = events.filter((event): event is HeadroomEvent<Profile> => event.type === profileRecorded.type);
  return profiles.filter((event) => (event.data.restOfHostCores ?? 0) > BUSY_HOST_CORES).length;
}

/**
 * The telemetry of the example, from one live run for all tests: built, deployed, served real load, profiled. Taken again
 * when the host was too busy meanwhile for the rule to apply.
 */
export async function exampleRecording(): Promise<Recording> {
  const dir = resolve('test-results', 'recording');
  const file = join(dir, 'example.jsonl');
  if (existsSync(file)) return read(file);
  mkdirSync(dir, { recursive: true });
  const held = await hostMeasurementLock().acquire('headroom tests');
  try {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      await runNode([examplePath('storefront', 'drive.mjs'), '--record', `${file}.new`], {
        HEADROOM_CLI: headroomCommand,
      });
      if (busyIn(read(`${file}.new`)) <= 2) break;
    }
  } finally {
    held.release();
  }
  renameSync(`${file}.new`, file);
  return read(file);
}

/** Builds the example's repository where its configuration expects it. */
export function buildExampleRepository(dataDir: string): string {
  const bare = join(dataDir, 'play', 'storefront.git');
  mkdirSync(join(dataDir, 'play'), { recursive: true });
  execFileSync(process.execPath, [examplePath('storefront', 'history.mjs'), '--bare', bare]);
  return bare;
}

/** A traceparent of its own for an event, the same each time. */
export function traceparentFor(event: HeadroomEvent): string {
  const digest = createHash('sha256').update(event.id).digest('hex');
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`;
}

/** Publishes a recording, each event with a trace of its own. */
export async function replay(host: TestHost, { events, blobs }: Recording): Promise<void> {
  for (const blob of blobs) await host.client.putBlob(Buffer.from(blob.base64, 'base64'), blob.mediaType);
  await host.client.publish(events.map((event) => ({ ...event, traceparent: traceparentFor(event) })));
}

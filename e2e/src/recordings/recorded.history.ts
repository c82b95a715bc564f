import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeadroomClient } from '@headroom/cli';
import { changeDeployed, type Change, type HeadroomEvent } from '@headroom/contracts';
import { examplePath } from '../test-host.js';
import { unpackText } from './packed.text.js';
import { parseRecordedEvents, type RecordedEvent } from './recorded.events.js';

/**
 * Histories of the example that were really deployed, served and profiled on a quiet machine. Measured once and kept: what
 * a test says of them does not hang on how quiet the machine is that runs it.
 */
export type HistoryName = 'storefront' | 'slower-lookup' | 'spread-out';

/** A recorded history and the repository that it was deployed from. */
export interface RecordedHistory {
  events: RecordedEvent[];
  /** Bare repository, where the configuration of the example expects it. */
  bare: string;
}

/**
 * Reads a recording and builds its repository in a data directory.
 * @throws Error when the example's history is no longer the recorded one
 */
export function recordedHistory(name: HistoryName, dataDir: string): RecordedHistory {
  const events = parseRecordedEvents(unpackText(readFileSync(join(import.meta.dirname, `${name}.jsonl.br`))));
  const bare = join(dataDir, 'play', 'storefront.git');
  mkdirSync(join(dataDir, 'play'), { recursive: true });
  const words = name === 'storefront' ? [] : ['--variant', name];
  execFileSync(process.execPath, [examplePath('storefront', 'history.mjs'), '--bare', bare, ...words]);
  for (const commit of deployedCommits(events)) {
    try {
      execFileSync('git', ['-C', bare, 'cat-file', '-e', `${commit}^{commit}`], { stdio: 'ignore' });
    } catch (cause) {
      throw new Error(`${name} was recorded with another history; record it again: node record.mjs ${name}`, { cause });
    }
  }
  return { events, bare };
}

function deployedCommits(events: readonly RecordedEvent[]): string[] {
  const changes = events.filter(({ event }) => event.type === changeDeployed.type);
  return changes.flatMap(({ event }) => (event.data as Change).commit ?? []);
}

/** A traceparent of its own for an event, the same each time. */
export function traceparentFor(event: HeadroomEvent): string {
  const digest = createHash('sha256').update(event.id).digest('hex');
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`;
}

/** Publishes recorded events in the given order, each with a trace of its own. */
export async function replay(
  host: { client: Pick<HeadroomClient, 'publish' | 'putBlob'> },
  events: readonly RecordedEvent[],
): Promise<void> {
  for (const { blob } of events) if (blob) await host.client.putBlob(blob.bytes, blob.mediaType);
  const traced = events.map(({ event }) => ({ ...event, traceparent: traceparentFor(event) }));
  const { refused } = await host.client.publish(traced);
  if (refused.length > 0) throw new Error(`recorded events were refused: ${JSON.stringify(refused)}`);
}

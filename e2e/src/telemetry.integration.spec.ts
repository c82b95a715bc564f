import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  findingOpened,
  serviceAssessed,
  type EventContract,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';
import { eventOf, openEmbedded } from '@headroom/runtime';
import type { RecordedEvent } from './recordings/recorded.events.js';
import { recordedHistory, replay } from './recordings/recorded.history.js';
import { storefrontConfig } from './storefront.config.js';
import { eventually, recordsBehind, TestHost } from './test-host.js';

const KILLS = 6;

async function eventsIn(dataDir: string, contract: EventContract<never>): Promise<HeadroomEvent[]> {
  const parts = await openEmbedded(dataDir);
  try {
    const events: HeadroomEvent[] = [];
    for (let partition = 0; partition < contract.partitions; partition += 1) {
      const records = await parts.log.read({ topic: contract.topic, partition }, 0n, 10_000);
      events.push(...records.flatMap((record) => eventOf(record, contract) ?? []));
    }
    return events;
  } finally {
    await parts.close();
  }
}

/** What the detector said, by event id; fails when it said anything twice in different words. */
async function said(dataDir: string): Promise<{ findings: unknown[]; assessments: unknown[] }> {
  const texts = new Map<string, string>();
  const read = async (contract: EventContract<never>): Promise<unknown[]> => {
    const first = new Map<string, unknown>();
    for (const event of await eventsIn(dataDir, contract)) {
      const text = JSON.stringify(event.data);
      expect(texts.get(event.id) ?? text).toBe(text);
      texts.set(event.id, text);
      first.set(event.id, first.get(event.id) ?? event.data);
    }
    return [...first.values()];
  };
  return {
    findings: await read(findingOpened as unknown as EventContract<never>),
    assessments: await read(serviceAssessed as unknown as EventContract<never>),
  };
}

/** Feeds a new host in as many pieces as there are kills, and kills it after each one. */
async function fed(events: readonly RecordedEvent[], dataDir: string, kills: number): Promise<void> {
  const size = Math.ceil(events.length / (kills + 1));
  for (let at = 0; at < events.length; at += size) {
    const host = await TestHost.start({ dataDir, config: storefrontConfig });
    await replay(host, events.slice(at, at + size));
    if (at + size >= events.length) {
      await eventually('a snapshot of everything', async () =>
        (await recordsBehind(dataDir, 'detector')) === 0 ? true : undefined,
      );
    }
    await host.kill();
  }
}

let root: string;
let killedDir: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

it('a detector that is killed again and again opens what one opens that is not, once', async () => {
  killedDir = await mkdtemp(join(root, 'killed-'));
  const wholeDir = await mkdtemp(join(root, 'whole-'));
  const { events } = recordedHistory('storefront', killedDir);
  recordedHistory('storefront', wholeDir);

  await fed(events, killedDir, KILLS);
  await fed(events, wholeDir, 0);

  const killed = await said(killedDir);
  const whole = await said(wholeDir);
  expect(killed.findings).toHaveLength(1);
  expect(killed.findings).toEqual(whole.findings);
  expect(killed.assessments.at(-1)).toEqual(whole.assessments.at(-1));
}, 300_000);

it('a new installation beside the blobs of another one knows nothing of it, and comes to the same case', async () => {
  const dataDir = await mkdtemp(join(root, 'new-'));
  const { events } = recordedHistory('storefront', dataDir);
  cpSync(join(killedDir, 'blobs'), join(dataDir, 'blobs'), { recursive: true });

  await fed(events.toReversed(), dataDir, 0);

  const caseOf = ([finding]: unknown[]): string | undefined => (finding as Finding | undefined)?.case.caseId;
  const { findings } = await said(dataDir);
  expect(findings).toHaveLength(1);
  expect(caseOf(findings)).toBe(caseOf((await said(killedDir)).findings));
}, 120_000);

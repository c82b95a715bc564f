import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { sha256, topicOf, type Finding } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { LocalKafka } from '@headroom/testing';
import { eventually, lookFor } from '../../contract-suites/index.js';
import { finding, headerOf, labelOf, uniqueContract, uniqueName } from '../../contract-suites/fixtures.js';
import { openMemory, Runtime, type EmbeddedParts } from '../../index.js';
import { KafkaLog } from '../../log/kafka/kafka.log.js';

jest.setTimeout(120_000);
lookFor(60_000);

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const ROUNDS = 4;
const PER_ROUND = 25;
const group = uniqueName('suite.group');
const input = uniqueContract({ partitions: 6 });
const output = uniqueContract({ partitions: 1 });

let kafka: LocalKafka;
let parts: EmbeddedParts;
const open: { runtime: Runtime; log: KafkaLog }[] = [];

beforeAll(async () => {
  kafka = await LocalKafka.start();
  parts = await openMemory();
});

afterAll(async () => {
  for (const member of open.splice(0)) await leave(member);
  await parts.close();
  await kafka.close();
});

/** A member with a connection of its own over the same store and blobs. Each key has a chain; each event publishes its link. */
async function join(): Promise<{ runtime: Runtime; log: KafkaLog }> {
  const log = await KafkaLog.open({ brokers: kafka.brokers, sessionTimeoutMs: 6_000, fetchWaitMs: 50 });
  const { store, blobs } = parts;
  const runtime = new Runtime({ group, log, store, blobs, logger: createLogger({ level: 'silent' }) });
  runtime.subscribeStream({
    contracts: [input],
    state: 'snapshot',
    snapshot: { everyEvents: 40, idleMs: 100 },
    handler: async (batch, context) => {
      for (const { event } of batch) {
        const data = event.data as Finding;
        const key = data.case.caseId;
        const chain = sha256(`${(await context.get<string>(key)) ?? ''} ${labelOf(event)}`).slice(0, 16);
        context.put(key, chain);
        const subject = `src/example.ts:${labelOf(event)}-${chain}`;
        context.publish(output, { ...data, subject }, { causation: event, step: 'chained.1' });
      }
    },
  });
  const member = { runtime, log };
  open.push(member);
  await runtime.start();
  return member;
}

async function leave({ runtime, log }: { runtime: Runtime; log: KafkaLog }): Promise<void> {
  await runtime.close();
  await log.close();
}

async function outputs(): Promise<{ caseId: string; label: string; chain: string }[]> {
  const { log } = open.at(-1)!;
  const byId = new Map<string, string>();
  for (const record of await log.read({ topic: output.topic, partition: 0 }, 0n, 100_000)) {
    const id = headerOf(record, 'ce_id') ?? '';
    const text = String(record.value);
    expect(byId.get(id) ?? text).toBe(text);
    if (!byId.has(id)) byId.set(id, text);
  }
  return [...byId.values()].map((text) => {
    const data = JSON.parse(text) as Finding;
    const [label = '', chain = ''] = data.subject.split(':')[1]!.split('-');
    return { caseId: data.case.caseId, label, chain };
  });
}

it('members that come and go fold every event once and in order, and say nothing in two ways', async () => {
  const first = await join();
  await first.log.ensureTopics([topicOf(output)]);
  let published = 0;
  const publish = async (): Promise<void> => {
    for (let index = 0; index < PER_ROUND; index += 1, published += 1) {
      for (const key of KEYS) await first.runtime.publisher.publish(input, finding(key, `e${published}`));
    }
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    // A member comes or goes while the events are on their way.
    const going = open.length > 2 ? open.splice(1, 1) : [];
    const change = going.length > 0 ? Promise.all(going.map(leave)) : join();
    await publish();
    await change;
  }

  await eventually(async () => expect(await outputs()).toHaveLength(published * KEYS.length));
  const found = Map.groupBy(await outputs(), ({ caseId }) => caseId);
  expect(found.size).toBe(KEYS.length);
  for (const links of found.values()) {
    const byLabel = new Map(links.map(({ label, chain }) => [label, chain]));
    let chain = '';
    for (let index = 0; index < published; index += 1) {
      chain = sha256(`${chain} e${index}`).slice(0, 16);
      expect(byLabel.get(`e${index}`)).toBe(chain);
    }
  }
});

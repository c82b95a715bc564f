import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  asyncApiDocument,
  proposalOpened,
  proposalSettled,
  proposalsTopicOf,
  signalRaised,
  teamContract,
  topicsFor,
  type EventContract,
} from '@headroom/contracts';
import { buildEvent, encodeEvent, eventOf, type LogRecord } from '@headroom/runtime';
import { LocalKafka, recordChecker, runJava } from '@headroom/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { examplePath } from './test-host.js';

const config = { services: { web: { team: 'search' }, pay: { team: 'checkout' } } };

let broker: LocalKafka;
let client: Kafka;
let producer: Producer;

beforeAll(async () => {
  broker = await LocalKafka.start();
  client = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING, retry: { retries: 8 } });
  const admin = client.admin();
  await admin.connect();
  const topics = topicsFor(config).filter(({ name }) => !/\.(?:dlq|redrive)$/.test(name));
  await admin.createTopics({
    topics: topics.map(({ name: topic, partitions: numPartitions }) => ({ topic, numPartitions })),
  });
  await admin.disconnect();
  producer = client.producer();
  await producer.connect();
}, 180_000);

afterAll(async () => {
  await producer?.disconnect();
  await broker?.close();
});

/** Writes an event as the pr-writer does: to the common topic and to that of the team. */
async function propose<Data>(contract: EventContract<Data>, data: Data, id: string, team: string): Promise<void> {
  const event = buildEvent(contract, data, { source: '/headroom/pr-writer', id, team });
  for (const each of [contract, teamContract(contract, team)]) {
    const { topic, key, value, headers } = encodeEvent(each, event);
    const texts = Object.fromEntries(headers.map(([name, text]) => [name, text ?? '']));
    await producer.send({ topic, messages: [{ key, value, headers: texts }] });
  }
}

const opened = (id: string, team = 'checkout'): Promise<void> =>
  propose(proposalOpened, proposalOpened.example, id, team);

async function consume(...args: string[]): Promise<{ code: number | null; events: { id: string; type: string }[] }> {
  const quiet = '--disable-warning=TimeoutNegativeWarning';
  const words = [quiet, examplePath('consume', 'consume.mjs'), '--brokers', broker.brokers.join(','), ...args];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = printed.split('\n').filter((line) => line !== '');
  return { code, events: lines.map((line) => JSON.parse(line) as { id: string; type: string }) };
}

const bootstrap = (): string[] => ['--bootstrap-server', broker.brokers.join(',')];

describe("a team's proposals on a Kafka broker", () => {
  it('are read with kafkajs, each once and from where the group stopped', async () => {
    await opened('proposal-1');
    await opened('for-another', 'search');
    await opened('proposal-1');
    await propose(proposalSettled, proposalSettled.example, 'settled-1', 'checkout');

    const first = await consume('--team', 'checkout', '--max', '2');
    await opened('proposal-2');
    const second = await consume('--team', 'checkout', '--max', '1');

    expect(first).toMatchObject({
      code: 0,
      events: [
        {
          id: 'proposal-1',
          type: proposalOpened.type,
          team: 'checkout',
          data: { title: proposalOpened.example.title, branch: proposalOpened.example.branch },
        },
        { id: 'settled-1', type: proposalSettled.type },
      ],
    });
    expect(second.events.map(({ id }) => id)).toEqual(['proposal-2']);
  }, 120_000);

  it('are read from the common topics too, by the team in the header', async () => {
    await opened('common-1', 'search');

    const { events } = await consume('--team', 'search', '--common', '--group', 'search-common', '--max', '2');

    expect(events.map(({ id }) => id).sort()).toEqual(['common-1', 'for-another']);
  }, 120_000);

  it("are read with Apache's console consumer", async () => {
    await opened('console-1');

    const printed = await runJava('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...bootstrap(),
      '--topic',
      proposalsTopicOf('checkout'),
      '--from-beginning',
      '--timeout-ms',
      '10000',
      '--formatter-property',
      'print.headers=true',
    ]);

    expect(printed).toMatch(/ce_id:console-1,.*ce_team:checkout.*"title":"perf\(web\)/);
    expect(printed).not.toContain('for-another');
  }, 120_000);
});

describe("an event from Apache's console producer", () => {
  it('is a valid event in structured mode', async () => {
    const event = buildEvent(signalRaised, signalRaised.example, { source: '/monitors/nightly', id: 'console-signal' });
    await runJava(
      'org.apache.kafka.tools.ConsoleProducer',
      [
        ...bootstrap(),
        '--topic',
        signalRaised.topic,
        '--reader-property',
        'parse.headers=true',
        '--reader-property',
        'parse.key=true',
      ],
      { input: `content-type:application/cloudevents+json\tweb\t${JSON.stringify(event)}\n` },
    );

    const record = await firstRecordOf(signalRaised.topic);

    expect(eventOf(record, signalRaised)).toMatchObject({ id: 'console-signal', data: signalRaised.example });
    expect(String(record.key)).toBe('web');
    expect(recordChecker(asyncApiDocument())(record)).toEqual([]);
  }, 120_000);
});

async function firstRecordOf(topic: string): Promise<LogRecord> {
  const consumer = client.consumer({ groupId: `reader-of-${topic}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    return await new Promise<LogRecord>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ partition, message: { key, value, headers = {}, offset, timestamp } }) =>
            resolve({
              topic,
              partition,
              offset: BigInt(offset),
              timestampMs: Number(timestamp),
              key,
              value,
              headers: Object.entries(headers).map(([name, text]) => [
                name,
                text === undefined ? null : Buffer.from(String(text)),
              ]),
            }),
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

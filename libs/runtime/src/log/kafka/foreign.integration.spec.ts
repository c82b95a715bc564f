import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { deadLetterTopic, profileRecorded, type EventContract } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { appendWithJava, kafkaForTests, readWithJava, type ForeignRecord, type TestKafka } from '@headroom/testing';
import { eventually, lookFor } from '../../contract-suites/index.js';
import { uniqueName } from '../../contract-suites/fixtures.js';
import { encodeEvent, openMemory, Runtime, type EmbeddedParts } from '../../index.js';
import { KafkaLog } from './kafka.log.js';

jest.setTimeout(120_000);
lookFor(30_000);

const GROUP = 'suite';
const LARGE_BYTES = 1_500_000;
let kafka: TestKafka;
let log: KafkaLog;
let parts: EmbeddedParts;
let runtime: Runtime;
let contract: EventContract<(typeof profileRecorded)['example']>;
let handled: string[];

beforeAll(async () => {
  kafka = await kafkaForTests();
});

afterAll(() => kafka.close());

beforeEach(async () => {
  const topic = `${uniqueName('suite.foreign')}.v1`;
  contract = { ...profileRecorded, topic, type: `dev.${topic}`, partitions: 2 };
  handled = [];
  log = await KafkaLog.open({ brokers: kafka.brokers, prefix: kafka.prefix, fetchWaitMs: 50 });
  parts = await openMemory();
  runtime = new Runtime({ group: GROUP, log, store: parts.store, logger: createLogger({ level: 'silent' }) });
  runtime.subscribe({ contract, handler: (event) => void handled.push(event.id) });
  await runtime.start();
});

afterEach(async () => {
  await runtime.close();
  await log.close();
  await parts.close();
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const text = (value: string): Buffer => Buffer.from(value);

function envelope(id: string): Record<string, unknown> {
  return { specversion: '1.0', id, source: '/foreign', type: contract.type };
}

/** A record on the contract's topic, each with a key of its own. */
function record(name: string, changes: Partial<ForeignRecord>): ForeignRecord {
  return { topic: kafka.prefix + contract.topic, key: text(`key-${name}`), value: null, headers: [], ...changes };
}

function binary(id: string, changes: Partial<ForeignRecord> = {}): ForeignRecord {
  const headers = Object.entries(envelope(id)).map(([name, value]) => [`ce_${name}`, text(String(value))] as const);
  return record(id, { value: json(contract.example), headers, ...changes });
}

/** The dead letters by their key, as Apache's own client reads them. */
async function deadLetters(): Promise<Map<string, ForeignRecord>> {
  const letters = await readWithJava(kafka.brokers, kafka.prefix + deadLetterTopic(contract.topic, GROUP));
  return new Map(letters.map((letter) => [String(letter.key), letter]));
}

const valuesOf = (letter: ForeignRecord | undefined, name: string): (Buffer | null)[] =>
  (letter?.headers ?? []).filter(([each]) => each === name).map(([, value]) => value);

async function untilDone(count: bigint): Promise<void> {
  await eventually(async () => {
    const lags = (await log.lag(GROUP)).filter(({ topic }) => topic === contract.topic);
    expect(lags.reduce((sum, { lag }) => sum + lag, 0n)).toBe(0n);
    expect(lags.reduce((sum, { end }) => sum + end, 0n)).toBe(count);
  });
}

describe("records of Apache's own client", () => {
  it('become events or dead letters, byte for byte, and none holds up another key', async () => {
    const bytes = Buffer.from([0, 255, 10, 128]);
    const { time: _time, ...timeless } = { ...envelope('timeless'), time: undefined, data: contract.example };
    const refused = [
      record('bad-json', { value: text('{"half":') }),
      record('tombstone', { headers: [['why', text('gone')]] }),
      record('nulls', {
        value: bytes,
        headers: [
          ['none', null],
          ['some', bytes],
          ['more', null],
          ['empty', text('')],
        ],
      }),
      record('repeated', {
        value: text('no event'),
        headers: [
          ['a', bytes],
          ['b', text('1')],
          ['a', text('2')],
          ['a', bytes],
        ],
      }),
      record('large', { value: Buffer.alloc(LARGE_BYTES, 7) }),
    ];
    const accepted = [
      binary('before'),
      record('timeless', { value: json(timeless), headers: [['content-type', text('application/cloudevents+json')]] }),
      binary('with-null', { headers: [...binary('with-null').headers, ['ce_subject', null], ['other', null]] }),
      binary('large-event', { value: json({ ...contract.example, padding: 'x'.repeat(LARGE_BYTES) }) }),
      binary('behind'),
    ];

    await appendWithJava(kafka.brokers, [accepted[0]!, ...refused, ...accepted.slice(1)]);
    await untilDone(10n);

    expect(handled.sort()).toEqual(['before', 'behind', 'large-event', 'timeless', 'with-null']);
    const letters = await deadLetters();
    expect([...letters.keys()].sort()).toEqual(refused.map(({ key }) => String(key)).sort());
    for (const { key, value, headers } of refused) {
      const letter = letters.get(String(key));
      // Compared by hand: a matcher would print megabytes.
      expect(value === null ? letter?.value === null : letter?.value?.equals(value)).toBe(true);
      for (const name of new Set(headers.map(([each]) => each))) {
        const written = headers.filter(([each, bytesOf]) => each === name && bytesOf !== null).map(([, each]) => each);
        expect(valuesOf(letter, name)).toEqual(written);
      }
      expect(valuesOf(letter, 'x-dlq-reason')).toEqual([text('permanent')]);
    }
    expect(String(valuesOf(letters.get('key-nulls'), 'x-dlq-null-headers')[0])).toBe('["none","more"]');
    expect(valuesOf(letters.get('key-repeated'), 'x-dlq-null-headers')).toEqual([]);
  });

  it('become whole dead letters also when they are as large as the contract allows', async () => {
    const value = Buffer.alloc(contract.maxMessageBytes, 7);

    await appendWithJava(kafka.brokers, record('largest', { value }));
    await untilDone(1n);

    const letter = (await deadLetters()).get('key-largest');
    expect(letter?.value?.equals(value)).toBe(true);
  });
});

describe('an event of Headroom', () => {
  it("reads in Apache's own client as it was written", async () => {
    const written = encodeEvent(contract, { ...envelope('ours'), data: contract.example } as never);

    await log.append([written]);

    const [read] = await readWithJava(kafka.brokers, kafka.prefix + contract.topic);
    expect(read?.key).toEqual(written.key);
    expect(read?.value).toEqual(written.value);
    expect(new Map(read?.headers)).toEqual(new Map(written.headers));
  });
});

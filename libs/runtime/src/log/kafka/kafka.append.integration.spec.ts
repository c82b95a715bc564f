import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { LocalKafka } from '@headroom/testing';
import { eventually, lookFor } from '../../contract-suites/index.js';
import { textRecord, uniqueName, uniqueTopic } from '../../contract-suites/fixtures.js';
import { joinGroup, texts } from '../../testing/group.member.js';
import { withAdmin } from '../../testing/kafka.fixtures.js';
import type { LogRecord } from '../log.port.js';
import { KafkaLog } from './kafka.log.js';

jest.setTimeout(60_000);
lookFor(15_000);

let kafka: LocalKafka;
let log: KafkaLog;

beforeAll(async () => {
  kafka = await LocalKafka.start({ proxied: true });
});

afterAll(() => kafka.close());

beforeEach(async () => {
  log = await KafkaLog.open({ brokers: kafka.proxiedBrokers, appendDeadlineMs: 2_000, fetchWaitMs: 50 });
});

afterEach(async () => {
  kafka.proxy.pass();
  await log.close();
});

function all(topic: string): Promise<LogRecord[]> {
  return log.read({ topic, partition: 0 }, 0n, 10_000);
}

async function endOf(topic: string): Promise<string | undefined> {
  return withAdmin(kafka, async (admin) => (await admin.fetchTopicOffsets(topic))[0]?.high);
}

describe('appending to Kafka', () => {
  it('loses nothing that was acknowledged after a send whose answer was lost', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append([textRecord(topic.name, 'k', 'first')]);
    kafka.proxy.dropResponses();
    const unanswered = log.append([textRecord(topic.name, 'k', 'written, answer lost')]);
    await eventually(async () => expect(await endOf(topic.name)).toBe('2'));
    await expect(unanswered).rejects.toMatchObject({ code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED', retryable: true });
    kafka.proxy.pass();
    kafka.proxy.cut();

    await log.append([textRecord(topic.name, 'k', 'next')]);
    await log.append([textRecord(topic.name, 'k', 'last')]);

    expect(texts(await all(topic.name))).toEqual(['first', 'written, answer lost', 'next', 'last']);
  });

  it('leaves a connection alone while nothing waits on it', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append([textRecord(topic.name, 'k', 'first')]);
    const timers = jest.spyOn(globalThis, 'setTimeout');

    try {
      // Where each connection looks again at once, this comes with dozens of them.
      for (const end = performance.now() + 300; performance.now() < end;) await new Promise(setImmediate);

      expect(timers.mock.calls.filter(([, delay]) => (delay ?? 0) < 0)).toEqual([]);
    } finally {
      timers.mockRestore();
    }
    await log.append([textRecord(topic.name, 'k', 'second')]);
    expect(texts(await all(topic.name))).toEqual(['first', 'second']);
  });

  it('keeps the order of appends that are not awaited', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append([textRecord(topic.name, 'k', 'first')]);
    const wanted = Array.from({ length: 100 }, (_, index) => `${index}`);
    const appends: Promise<void>[] = [];
    // Answers that take longer than the next append to come: some go out together, some while others are on their way.
    kafka.proxy.delay(10);
    for (const text of wanted) {
      appends.push(log.append([textRecord(topic.name, 'k', text)]));
      if (Number(text) % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(appends);
    kafka.proxy.pass();

    expect(texts(await all(topic.name))).toEqual(['first', ...wanted]);
  });

  it('writes nothing more of an append that it has given up', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append([textRecord(topic.name, 'k', 'first')]);
    kafka.proxy.dropRequests();
    await expect(log.append([textRecord(topic.name, 'k', 'given up')])).rejects.toMatchObject({
      code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED',
    });
    kafka.proxy.pass();

    for (let round = 0; round < 20; round += 1) await log.append([textRecord(topic.name, 'k', 'later')]);

    expect(new Set(texts(await all(topic.name)))).toEqual(new Set(['first', 'later']));
  });

  it('takes appends that are together above what one batch may hold, and one that is so alone', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    const large = (text: string) => textRecord(topic.name, 'k', text.padEnd(100_000, '.'));

    await Promise.all(Array.from({ length: 20 }, (_, index) => log.append([large(`${index}`)])));
    await log.append(Array.from({ length: 20 }, (_, index) => large(`${20 + index}`)));

    const heads = texts(await all(topic.name)).map((text) => Number(text.replaceAll('.', '')));
    expect(heads).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('refuses what is too large or has no topic, not what is appended beside it', async () => {
    const topic = uniqueTopic({ partitions: 1, maxMessageBytes: 10_000 });
    await log.ensureTopics([topic]);
    const results = await Promise.allSettled([
      log.append([textRecord(topic.name, 'k', 'before')]),
      log.append([textRecord(topic.name, 'k', 'x'.repeat(20_000))]),
      log.append([textRecord(uniqueName('suite.nothing'), 'k', 'v')]),
      log.append([{ ...textRecord(topic.name, 'k', 'v'), partition: 7 }]),
      log.append([textRecord(topic.name, 'k', 'after')]),
    ]);

    expect(
      results.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'kept')),
    ).toEqual(['kept', 'HEADROOM_RECORD_TOO_LARGE', 'HEADROOM_TOPIC_UNKNOWN', 'HEADROOM_PARTITION_UNKNOWN', 'kept']);
    expect(texts(await all(topic.name))).toEqual(['before', 'after']);
  });

  it('learns that a topic now takes less, and refuses only what is too large for it', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append([textRecord(topic.name, 'k', 'first')]);
    const other = await KafkaLog.open({ brokers: kafka.brokers });
    await other.applyTopics([{ ...topic, maxMessageBytes: 10_000 }]);
    await other.close();

    const results = await Promise.allSettled([
      log.append([textRecord(topic.name, 'k', 'small')]),
      log.append([textRecord(topic.name, 'k', 'x'.repeat(20_000))]),
    ]);

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'HEADROOM_RECORD_TOO_LARGE', retryable: false } },
    ]);
    expect(texts(await all(topic.name))).toEqual(['first', 'small']);
  });

  it('leaves out a header whose value is null, and keeps the others', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);

    await log.append([
      textRecord(topic.name, 'k', 'v', [
        ['nothing', null],
        ['some', Buffer.from('x')],
      ]),
    ]);

    const [record] = await all(topic.name);
    expect(record?.headers).toEqual([['some', Buffer.from('x')]]);
  });

  it('rejects what comes after it was closed, and sends what came before', async () => {
    const topic = uniqueTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    const before = log.append([textRecord(topic.name, 'k', 'before')]);
    const closing = log.close();

    await expect(log.append([textRecord(topic.name, 'k', 'after')])).rejects.toMatchObject({
      code: 'HEADROOM_LOG_CLOSED',
      retryable: true,
    });
    await before;
    await closing;
    log = await KafkaLog.open({ brokers: kafka.brokers });
    expect(texts(await all(topic.name))).toEqual(['before']);
  });
});

describe('a Kafka log that is away', () => {
  it('says so when it is asked, and answers again afterwards', async () => {
    const asked = await KafkaLog.open({ brokers: kafka.proxiedBrokers, requestDeadlineMs: 500 });
    await asked.ping();
    kafka.proxy.dropRequests();
    await expect(asked.ping()).rejects.toMatchObject({ code: 'HEADROOM_LOG_AWAY', retryable: true });
    kafka.proxy.pass();
    kafka.proxy.cut();
    await eventually(() => asked.ping());
    await asked.close();
  });

  it('is tried again at the pace that is set here, whatever NODE_ENV makes of the defaults of the client', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];

    const opening = KafkaLog.open({ brokers, requestDeadlineMs: 1_500 });

    await expect(opening).rejects.toMatchObject({ code: 'HEADROOM_LOG_AWAY', retryable: true });
    expect(connections).toBeGreaterThan(1);
    expect(connections).toBeLessThan(6);
    server.close();
  });

  it('is asked with the credentials of the address only: a broker without that listener refuses at once', async () => {
    const sasl = { mechanism: 'plain', username: 'stage', password: 'wrong' } as const;

    const opening = KafkaLog.open({ brokers: kafka.brokers, sasl });

    await expect(opening).rejects.toMatchObject({ code: 'HEADROOM_LOG_REFUSED', retryable: false });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('wrong') as unknown });
  });
});

describe('topics on Kafka', () => {
  it('makes what is missing, adds partitions, and changes what differs; others keep what they have set', async () => {
    const kept = uniqueTopic({ partitions: 2 });
    const made = uniqueTopic({ partitions: 3, cleanupPolicy: 'compact' });
    await log.ensureTopics([kept]);
    await setConfigs(kept.name, { 'min.insync.replicas': '1', 'segment.bytes': '2000000', 'retention.ms': '1000' });
    const wanted = [{ ...kept, partitions: 4, retentionMs: 86_400_000 }, made];
    const outcomes = [
      {
        topic: kept.name,
        outcome: 'changed',
        partitionsAdded: 2,
        settings: expect.arrayContaining([{ name: 'retention.ms', from: '1000', to: '86400000' }]) as unknown,
      },
      { topic: made.name, outcome: 'created', partitionsAdded: 0, settings: [] },
    ];

    await eventually(async () => expect(await log.applyTopics(wanted, { dryRun: true })).toEqual(outcomes));
    expect(await log.partitionsOf(made.name)).toBe(0);
    expect(await log.applyTopics(wanted)).toEqual(outcomes);

    await eventually(async () => {
      expect(await log.applyTopics(wanted)).toMatchObject([{ outcome: 'unchanged' }, { outcome: 'unchanged' }]);
    });
    expect(await log.partitionsOf(kept.name)).toBe(4);
    expect(await log.partitionsOf(made.name)).toBe(3);
    expect(await configsOf(kept.name)).toMatchObject({ 'segment.bytes': '2000000', 'retention.ms': '86400000' });
    expect(await configsOf(made.name)).toMatchObject({ 'cleanup.policy': 'compact', 'retention.ms': '-1' });
    expect(await log.topics()).toEqual(expect.arrayContaining([kept.name, made.name]));
  });

  it('ensures topics that several processes make at once, and never takes partitions away', async () => {
    const topics = Array.from({ length: 6 }, () => uniqueTopic({ partitions: 2 }));
    const other = await KafkaLog.open({ brokers: kafka.brokers });

    await Promise.all([log.ensureTopics(topics), other.ensureTopics(topics.toReversed())]);
    await log.ensureTopics(topics.map((topic) => ({ ...topic, partitions: 1 })));

    for (const topic of topics) expect(await other.partitionsOf(topic.name)).toBe(2);
    await other.close();
  });

  it('names the topics and the reason when the broker does not make them', async () => {
    const topic = uniqueTopic({ retentionMs: -7 });

    await expect(log.ensureTopics([topic])).rejects.toMatchObject({
      code: 'HEADROOM_TOPIC_NOT_MADE',
      message: expect.stringContaining(topic.name) as unknown,
    });
  });

  it('keeps topics and groups of a prefix to itself', async () => {
    const prefix = `${uniqueName('run')}.`;
    const inside = await KafkaLog.open({ brokers: kafka.brokers, prefix, fetchWaitMs: 50 });
    const topic = uniqueTopic({ partitions: 1 });
    await inside.ensureTopics([topic]);
    await inside.append([textRecord(topic.name, 'k', 'v')]);
    const member = await joinGroup(inside, 'group', [topic.name]);
    await eventually(() => expect(member.records).toHaveLength(1));
    expect(await member.membership.commit({ topic: topic.name, partition: 0 }, 1n)).toBe('committed');

    expect(await inside.topics()).toEqual([topic.name]);
    expect(member.records[0]).toMatchObject({ topic: topic.name, offset: 0n });
    expect(await inside.lag('group')).toEqual([{ topic: topic.name, partition: 0, committed: 1n, end: 1n, lag: 0n }]);
    expect(await log.topics()).toContain(`${prefix}${topic.name}`);
    expect(await log.lag('group')).toEqual([]);
    await inside.close();
  });
});

describe('reading Kafka without a group', () => {
  it('reads from an offset up to a limit, over deleted records and to the end, and leaves no group behind', async () => {
    const topic = uniqueTopic({ partitions: 2 });
    await log.ensureTopics([topic]);
    const groupsBefore = await withAdmin(kafka, (admin) => admin.listGroups());
    for (let index = 0; index < 10; index += 1) {
      await log.append([{ ...textRecord(topic.name, 'k', `${index}`), partition: 0 }]);
    }
    const read = async (from: bigint, limit: number, partition = 0) =>
      texts(await log.read({ topic: topic.name, partition }, from, limit));

    expect(await read(0n, 3)).toEqual(['0', '1', '2']);
    expect(await read(8n, 100)).toEqual(['8', '9']);
    expect(await read(10n, 100)).toEqual([]);
    expect(await read(99n, 100)).toEqual([]);
    expect(await read(0n, 100, 1)).toEqual([]);
    expect(await read(0n, 100, 5)).toEqual([]);
    expect(await log.read({ topic: uniqueName('suite.nothing'), partition: 0 }, 0n, 1)).toEqual([]);
    await withAdmin(kafka, async (admin) => {
      await admin.fetchTopicOffsets(topic.name);
      await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: '6' }] });
    });
    expect(await read(0n, 100)).toEqual(['6', '7', '8', '9']);
    expect(await withAdmin(kafka, (admin) => admin.listGroups())).toEqual(groupsBefore);
  });
});

async function setConfigs(topic: string, settings: Record<string, string>): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await withAdmin(kafka, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] }),
  );
}

async function configsOf(topic: string): Promise<Record<string, string>> {
  const described = await withAdmin(kafka, (admin) =>
    admin.describeConfigs({ resources: [{ type: 2, name: topic }], includeSynonyms: false }),
  );
  const entries = described.resources[0]?.configEntries ?? [];
  return Object.fromEntries(entries.map((entry) => [entry.configName, entry.configValue]));
}

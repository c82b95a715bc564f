import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  GroupListener,
  LogRecord,
  LogTransport,
  Membership,
  ReadableLog,
  TopicPartition,
} from '../log/log.port.js';
import { murmur2, partitionOf } from '../log/partitioner.js';
import { eventually } from './eventually.js';
import { readTopics, textRecord, uniqueName, uniqueTopic } from './fixtures.js';

/** A log under test. */
export interface LogHarness {
  log: ReadableLog;
  /** The same log after its process was ended and started again. */
  restart(): Promise<ReadableLog>;
  /** Keeps the log from acknowledging until the returned function is called; appends have a short deadline. */
  stall?(): Promise<() => Promise<void>>;
  /** Lets the log compact a topic. */
  compact(topic: string): Promise<void>;
  close(): Promise<void>;
}

interface Member {
  membership: Membership;
  records: LogRecord[];
}

async function member(
  log: LogTransport,
  group: string,
  topics: readonly string[],
  on: Partial<GroupListener> = {},
): Promise<Member> {
  const records: LogRecord[] = [];
  const membership = await log.join(
    { group, topics },
    {
      records: (tp, batch) => {
        records.push(...batch);
        on.records?.(tp, batch);
      },
      assigned: (tps) => on.assigned?.(tps),
      revoked: (tps) => on.revoked?.(tps),
      crashed: (error, willRestart) => on.crashed?.(error, willRestart),
    },
  );
  return { membership, records };
}

function texts(records: readonly LogRecord[]): (string | undefined)[] {
  return records.map((record) => record.value?.toString());
}

function sortedTexts(records: readonly LogRecord[]): string[] {
  return records.map((record) => String(record.value)).sort((a, b) => (a < b ? -1 : 1));
}

/** Vectors of the Java client's own test of murmur2 (org.apache.kafka.common.utils.UtilsTest). */
const MURMUR2 = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
] as const;

/** Defines the contract of a {@link LogTransport} for one implementation. */
export function logContract(name: string, makeLog: () => Promise<LogHarness>): void {
  describe(`log: ${name}`, () => {
    let harness: LogHarness;
    let log: ReadableLog;

    beforeEach(async () => {
      harness = await makeLog();
      log = harness.log;
    });

    afterEach(() => harness.close());

    it('keeps the order of one key across many partitions', async () => {
      const topic = uniqueTopic({ partitions: 12 });
      await log.ensureTopics([topic]);
      const { records } = await member(log, uniqueName('group'), [topic.name]);

      for (let round = 0; round < 5; round += 1) {
        const batch = Array.from({ length: 40 }, (_, index) =>
          textRecord(topic.name, `key-${index % 8}`, String(round * 40 + index)),
        );
        await log.append(batch);
      }

      await eventually(() => expect(records).toHaveLength(200));
      for (let key = 0; key < 8; key += 1) {
        const mine = records.filter((record) => record.key?.toString() === `key-${key}`).map((r) => Number(r.value));
        expect(mine).toHaveLength(25);
        expect(mine).toEqual(mine.toSorted((a, b) => a - b));
      }
      expect(new Set(records.map((record) => record.partition)).size).toBeGreaterThan(1);
    });

    it('puts the same key on the same partition as the Java client (fixed vectors)', async () => {
      for (const [key, hash] of MURMUR2) expect(murmur2(Buffer.from(key))).toBe(hash);
      const topic = uniqueTopic({ partitions: 12 });
      await log.ensureTopics([topic]);
      const { records } = await member(log, uniqueName('group'), [topic.name]);

      await log.append(MURMUR2.map(([key]) => textRecord(topic.name, key, key)));

      await eventually(() => expect(records).toHaveLength(MURMUR2.length));
      for (const [key, hash] of MURMUR2) {
        const found = records.find((record) => record.key?.toString() === key);
        expect(found?.partition).toBe((hash & 0x7fffffff) % 12);
        expect(partitionOf(key, 12)).toBe(found?.partition);
      }
    });

    it('delivers every record to each of two groups (fan-out)', async () => {
      const topic = uniqueTopic();
      await log.ensureTopics([topic]);
      const first = await member(log, uniqueName('group'), [topic.name]);
      const second = await member(log, uniqueName('group'), [topic.name]);

      await log.append(['a', 'b', 'c'].map((text) => textRecord(topic.name, text, text)));

      await eventually(() => {
        expect(sortedTexts(first.records)).toEqual(['a', 'b', 'c']);
        expect(sortedTexts(second.records)).toEqual(['a', 'b', 'c']);
      });
    });

    it('starts a late-joining group from the beginning', async () => {
      const topic = uniqueTopic();
      await log.ensureTopics([topic]);
      await log.append(['a', 'b', 'c'].map((text) => textRecord(topic.name, text, text)));

      const late = await member(log, uniqueName('group'), [topic.name]);

      await eventually(() => expect(sortedTexts(late.records)).toEqual(['a', 'b', 'c']));
    });

    it('redelivers from the committed offset after a crash without commit (at least once)', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      const group = uniqueName('group');
      await log.ensureTopics([topic]);
      const before = await member(log, group, [topic.name]);
      await log.append(['a', 'b', 'c'].map((text) => textRecord(topic.name, 'k', text)));
      await eventually(() => expect(before.records).toHaveLength(3));
      expect(await before.membership.commit({ topic: topic.name, partition: 0 }, 1n)).toBe('committed');

      const after = await member(await harness.restart(), group, [topic.name]);

      await eventually(() => expect(texts(after.records)).toEqual(['b', 'c']));
    });

    it('does not redeliver committed records after a clean restart', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      const group = uniqueName('group');
      await log.ensureTopics([topic]);
      const before = await member(log, group, [topic.name]);
      await log.append(['a', 'b'].map((text) => textRecord(topic.name, 'k', text)));
      await eventually(() => expect(before.records).toHaveLength(2));
      await before.membership.commit({ topic: topic.name, partition: 0 }, 2n);
      await before.membership.leave();

      const reopened = await harness.restart();
      const after = await member(reopened, group, [topic.name]);
      await reopened.append([textRecord(topic.name, 'k', 'c')]);

      await eventually(() => expect(texts(after.records)).toEqual(['c']));
      expect(await reopened.lag(group)).toEqual([{ topic: topic.name, partition: 0, committed: 2n, end: 3n, lag: 1n }]);
    });

    it('keeps other partitions flowing while one is paused', async () => {
      const topic = uniqueTopic({ partitions: 2 });
      await log.ensureTopics([topic]);
      const slow: TopicPartition = { topic: topic.name, partition: 0 };
      const joined = await member(log, uniqueName('group'), [topic.name], {
        records: (tp) => {
          if (tp.partition === 0) joined.membership.pause(slow);
        },
      });
      const onto = (partition: number, text: string) => ({ ...textRecord(topic.name, 'k', text), partition });
      await log.append([onto(0, 's1')]);
      await eventually(() => expect(texts(joined.records)).toEqual(['s1']));

      await log.append([onto(0, 's2'), onto(1, 'f1')]);
      await log.append([onto(0, 's3'), onto(1, 'f2')]);

      await eventually(() => expect(texts(joined.records)).toEqual(['s1', 'f1', 'f2']));
      joined.membership.resume(slow, 1n);
      await eventually(() => expect(texts(joined.records)).toEqual(expect.arrayContaining(['s2', 's3'])));
      expect(texts(joined.records.filter((record) => record.partition === 0)).slice(0, 2)).toEqual(['s1', 's2']);
    });

    it('has a name of its own that outlives a restart, and can be part of a path', async () => {
      const identity = await log.identity();

      expect(identity).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
      expect(await (await harness.restart()).identity()).toBe(identity);
    });

    it('rejects an append to an unknown topic', async () => {
      await expect(log.append([textRecord(uniqueName('suite.nothing'), 'k', 'v')])).rejects.toMatchObject({
        code: 'HEADROOM_TOPIC_UNKNOWN',
      });
    });

    it('rejects `append` when the log does not acknowledge before the deadline, and writes nothing later', async () => {
      if (!harness.stall) throw new Error('this log cannot be stalled: give the suite a harness that can');
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      const goOn = await harness.stall();

      await expect(log.append([textRecord(topic.name, 'k', 'lost')])).rejects.toMatchObject({
        code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED',
        retryable: true,
      });

      await goOn();
      await log.append([textRecord(topic.name, 'k', 'kept')]);
      const { records } = await readTopics(log, [topic.name]);
      await eventually(() => expect(texts(records)).toEqual(['kept']));
    });

    it('round-trips header bytes, repeated header names and empty header values', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      const bytes = Buffer.from([0, 255, 128, 10, 123]);
      const headers = [
        ['twice', Buffer.from('one')],
        ['twice', Buffer.from('two')],
        ['bytes', bytes],
        ['empty', Buffer.alloc(0)],
        ['brace', Buffer.from('{not json')],
      ] as const;

      await log.append([textRecord(topic.name, 'k', 'v', headers)]);

      const { records } = await readTopics(log, [topic.name]);
      await eventually(() => expect(records).toHaveLength(1));
      const read = (name: string) => records[0]?.headers.filter(([each]) => each === name).map(([, value]) => value);
      expect(read('twice')).toEqual([Buffer.from('one'), Buffer.from('two')]);
      expect(read('bytes')).toEqual([bytes]);
      expect(read('empty')).toEqual([Buffer.alloc(0)]);
      expect(read('brace')).toEqual([Buffer.from('{not json')]);
    });

    it('round-trips a null key, an empty value and a tombstone as three different things', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);

      await log.append([
        textRecord(topic.name, null, 'v'),
        textRecord(topic.name, 'k', ''),
        textRecord(topic.name, 'k', null),
        textRecord(topic.name, '', 'v'),
      ]);

      const { records } = await readTopics(log, [topic.name]);
      await eventually(() => expect(records).toHaveLength(4));
      expect(records.map((record) => [record.key, record.value])).toEqual([
        [null, Buffer.from('v')],
        [Buffer.from('k'), Buffer.alloc(0)],
        [Buffer.from('k'), null],
        [Buffer.alloc(0), Buffer.from('v')],
      ]);
    });

    it('keeps a tombstone readable on a compacted topic and drops the older values of its key', async () => {
      const topic = uniqueTopic({ partitions: 1, cleanupPolicy: 'compact' });
      await log.ensureTopics([topic]);
      await log.append([
        textRecord(topic.name, 'gone', 'v1'),
        textRecord(topic.name, 'kept', 'v1'),
        textRecord(topic.name, 'kept', 'v2'),
        textRecord(topic.name, 'gone', null),
      ]);

      await harness.compact(topic.name);

      const { records } = await readTopics(log, [topic.name]);
      await eventually(() => expect(records).toHaveLength(2));
      expect(records.map((record) => [record.key?.toString(), record.value?.toString(), record.offset])).toEqual([
        ['kept', 'v2', 2n],
        ['gone', undefined, 3n],
      ]);
    });

    it('round-trips a 900 kB value and rejects one above the limit with a typed error', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      const value = Buffer.alloc(900_000, 'x');

      await log.append([{ topic: topic.name, key: null, value, headers: [] }]);

      const tooLarge = { topic: topic.name, key: null, value: Buffer.alloc(1_100_000), headers: [] };
      await expect(log.append([tooLarge])).rejects.toMatchObject({ code: 'HEADROOM_RECORD_TOO_LARGE' });
      const { records } = await readTopics(log, [topic.name]);
      await eventually(() => expect(records).toHaveLength(1));
      expect(records[0]?.value?.equals(value)).toBe(true);
    });

    it('leaves an existing topic as it is, and adds partitions that flow from their beginning', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      await log.append([textRecord(topic.name, 'k', 'a')]);
      const joined = await member(log, uniqueName('group'), [topic.name]);

      await log.ensureTopics([{ ...topic, partitions: 2 }]);
      await log.append([{ ...textRecord(topic.name, 'k', 'b'), partition: 1 }]);

      await eventually(() => expect(sortedTexts(joined.records)).toEqual(['a', 'b']));
    });

    it('resumes from an earlier offset', async () => {
      const topic = uniqueTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      const joined = await member(log, uniqueName('group'), [topic.name]);
      await log.append(['a', 'b', 'c'].map((text) => textRecord(topic.name, 'k', text)));
      await eventually(() => expect(joined.records).toHaveLength(3));

      joined.membership.resume({ topic: topic.name, partition: 0 }, 1n);

      await eventually(() => expect(texts(joined.records)).toEqual(['a', 'b', 'c', 'b', 'c']));
    });
  });
}

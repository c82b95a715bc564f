import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@headroom/platform';
import { appendWithJava, LocalKafka } from '@headroom/testing';
import { eventually, lookFor } from '../../contract-suites/index.js';
import {
  finding,
  labelOf,
  textRecord,
  uniqueContract,
  uniqueName,
  uniqueTopic,
} from '../../contract-suites/fixtures.js';
import { encodeEvent } from '../../events/codec.js';
import { buildEvent } from '../../events/publisher.js';
import { openMemory, Runtime } from '../../index.js';
import { joinGroup, texts, type GroupMember } from '../../testing/group.member.js';
import { withAdmin } from '../../testing/kafka.fixtures.js';
import type { TopicPartition } from '../log.port.js';
import { partitionOf } from '../partitioner.js';
import { KafkaLog } from './kafka.log.js';
import type { KafkaOptions } from './kafka.options.js';

jest.setTimeout(90_000);
lookFor(30_000);

let kafka: LocalKafka;
const open: KafkaLog[] = [];

beforeAll(async () => {
  kafka = await LocalKafka.start({ proxied: true });
});

afterAll(() => kafka.close());

afterEach(async () => {
  kafka.proxy.pass();
  await Promise.all(open.splice(0).map((log) => log.close()));
});

/** A process of its own, as far as Kafka can see. */
async function another(changes: Partial<KafkaOptions> = {}): Promise<KafkaLog> {
  const log = await KafkaLog.open({
    brokers: kafka.brokers,
    sessionTimeoutMs: 6_000,
    fetchWaitMs: 50,
    metadataMaxAgeMs: 500,
    ...changes,
  });
  open.push(log);
  return log;
}

/** A topic with as many records on each partition. */
async function filled(log: KafkaLog, partitions: number, each: number): Promise<string> {
  const topic = uniqueTopic({ partitions });
  await log.ensureTopics([topic]);
  await fill(log, topic.name, partitions, 0, each);
  return topic.name;
}

async function fill(log: KafkaLog, topic: string, partitions: number, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1) {
    await log.append(
      Array.from({ length: partitions }, (_, partition) => ({
        ...textRecord(topic, 'k', `${partition}:${index}`),
        partition,
      })),
    );
  }
}

function of(member: GroupMember, partition: number): string[] {
  return texts(member.records.filter((record) => record.partition === partition));
}

describe('members of a group on Kafka', () => {
  it('deliver a record to exactly one of them, and hand partitions over when one joins and when one leaves', async () => {
    const log = await another();
    const topic = await filled(log, 4, 3);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(12));
    for (let partition = 0; partition < 4; partition += 1) {
      expect(await first.membership.commit({ topic, partition }, 3n)).toBe('committed');
    }

    const second = await joinGroup(await another(), group, [topic]);
    await eventually(() => expect([first.owned.size, second.owned.size]).toEqual([2, 2]));
    expect(new Set([...first.owned, ...second.owned]).size).toBe(4);
    await fill(log, topic, 4, 3, 4);
    await eventually(() =>
      expect(texts([...first.records.slice(12), ...second.records]).sort()).toEqual(['0:3', '1:3', '2:3', '3:3']),
    );

    await second.membership.leave();
    await eventually(() => expect(first.owned.size).toBe(4));
    await fill(log, topic, 4, 4, 5);
    await eventually(() => {
      expect(
        texts(first.records)
          .filter((text) => text.endsWith(':4'))
          .sort(),
      ).toEqual(['0:4', '1:4', '2:4', '3:4']);
    });
  });

  it('redeliver after a rebalance what was delivered but not committed, from the committed offset', async () => {
    const log = await another();
    const topic = await filled(log, 2, 4);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(8));
    expect(await first.membership.commit({ topic, partition: 1 }, 2n)).toBe('committed');

    const second = await joinGroup(await another(), group, [topic]);

    await eventually(() => expect(texts(second.records)).toEqual(['1:2', '1:3']));
    expect(of(first, 0)).toEqual(['0:0', '0:1', '0:2', '0:3']);
  });

  it('are told `lost` when they commit what they no longer own, and nothing is stored', async () => {
    const log = await another();
    const topic = await filled(log, 2, 4);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(8));
    const second = await joinGroup(await another(), group, [topic]);
    await eventually(() => expect(second.owned).toEqual(new Set([`${topic}/1`])));
    await eventually(() => expect(first.owned).toEqual(new Set([`${topic}/0`])));
    await second.membership.commit({ topic, partition: 1 }, 1n);

    expect(await first.membership.commit({ topic, partition: 1 }, 4n)).toBe('lost');

    const lag = (await log.lag(group)).find((each) => each.partition === 1);
    expect(lag).toEqual({ topic, partition: 1, committed: 1n, end: 4n, lag: 3n });
  });

  it('keep their watermark while others join and leave: every commit is stored or lost, none fails', async () => {
    const log = await another();
    const topic = await filled(log, 2, 1);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(2));
    const outcomes = new Set<string>();
    const stop = new AbortController();
    const asking = (async () => {
      // What the broker tells of members is empty while they join.
      while (!stop.signal.aborted) expect(await log.lag(group)).toHaveLength(2);
    })();
    const committing = (async () => {
      while (!stop.signal.aborted) outcomes.add(await first.membership.commit({ topic, partition: 0 }, 1n));
    })();

    for (let round = 0; round < 3; round += 1) {
      const other = await joinGroup(await another(), group, [topic]);
      await eventually(() => expect(other.owned.size).toBe(1));
      await other.membership.leave();
    }
    stop.abort();
    await Promise.all([committing, asking]);

    expect(outcomes).toEqual(new Set(['committed']));
    await first.membership.leave();
    expect(await first.membership.commit({ topic, partition: 0 }, 1n)).toBe('lost');
  });

  it('get a partition back that they had paused when they lost it, and it flows', async () => {
    const log = await another();
    const topic = await filled(log, 2, 1);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(2));
    first.membership.pause({ topic, partition: 0 });
    first.membership.pause({ topic, partition: 1 });

    const second = await joinGroup(await another(), group, [topic]);
    await eventually(() => expect(second.owned.size).toBe(1));
    await eventually(() => expect(first.owned).toEqual(new Set([`${topic}/0`])));
    await second.membership.commit({ topic, partition: 1 }, 1n);
    await second.membership.leave();
    await eventually(() => expect(first.owned.size).toBe(2));
    await fill(log, topic, 2, 1, 2);

    await eventually(() => expect(of(first, 1)).toEqual(['1:0', '1:1']));
    // The one that was kept is paused still.
    expect(of(first, 0)).toEqual(['0:0']);
    first.membership.resume({ topic, partition: 0 }, 1n);
    await eventually(() => expect(of(first, 0)).toEqual(['0:0', '0:1']));
  });

  it('start a partition that comes back where its last owner got to, not where they had wanted to go on', async () => {
    const log = await another();
    const topic = await filled(log, 2, 5);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(10));
    const one: TopicPartition = { topic, partition: 1 };
    // A request to go on that is still waiting when the partition is lost.
    const insisting = setInterval(() => first.membership.resume(one, 0n), 1);

    const second = await joinGroup(await another(), group, [topic]);
    await eventually(() => expect(first.owned).toEqual(new Set([`${topic}/0`])));
    clearInterval(insisting);
    await eventually(() => expect(second.owned).toEqual(new Set([`${topic}/1`])));
    expect(await second.membership.commit(one, 4n)).toBe('committed');
    const before = of(first, 1).length;
    await second.membership.leave();

    await eventually(() => expect(of(first, 1).slice(before)).toEqual(['1:4']));
  });

  it('start a newly added partition from its beginning', async () => {
    const log = await another();
    const topic = await filled(log, 1, 1);
    const first = await joinGroup(log, uniqueName('group'), [topic]);
    await eventually(() => expect(first.records).toHaveLength(1));

    const writer = await another();
    await writer.ensureTopics([uniqueTopic({ name: topic, partitions: 2 })]);
    await writer.append([{ ...textRecord(topic, 'k', 'early'), partition: 1 }]);

    await eventually(() => expect(of(first, 1)).toEqual(['early']));
    expect(of(first, 0)).toEqual(['0:0']);
  });

  it('keep other partitions flowing while one is paused for longer than the session lasts', async () => {
    const log = await another({ sessionTimeoutMs: 600 });
    const topic = await filled(log, 2, 1);
    const group = uniqueName('group');
    const first = await joinGroup(log, group, [topic]);
    await eventually(() => expect(first.records).toHaveLength(2));
    first.membership.pause({ topic, partition: 0 });
    const since = performance.now();

    for (let next = 1; performance.now() - since < 1_500; next += 1) {
      await fill(log, topic, 2, next, next + 1);
      await eventually(() => expect(of(first, 1)).toHaveLength(next + 1));
    }

    expect(of(first, 0)).toEqual(['0:0']);
    expect(first.crashes).toEqual([]);
    expect(await first.membership.commit({ topic, partition: 0 }, 1n)).toBe('committed');
  });

  it('go on from what is there when records below their committed offset were deleted', async () => {
    const log = await another();
    const topic = await filled(log, 1, 8);
    const group = uniqueName('group');
    const before = await joinGroup(log, group, [topic]);
    await eventually(() => expect(before.records).toHaveLength(8));
    await before.membership.commit({ topic, partition: 0 }, 2n);
    await before.membership.leave();
    await withAdmin(kafka, async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
    });
    expect(await log.lag(group)).toEqual([{ topic, partition: 0, committed: 2n, end: 8n, lag: 3n }]);

    const after = await joinGroup(await another(), group, [topic]);

    await eventually(() => expect(texts(after.records)).toEqual(['0:5', '0:6', '0:7']));
    // The client has committed a mark that is no offset.
    expect(await log.lag(group)).toEqual([{ topic, partition: 0, committed: undefined, end: 8n, lag: 3n }]);
  });

  it('keep the numbers of several topics together, and move no more than a share when one joins', async () => {
    const log = await another();
    const wide = await filled(log, 6, 0);
    const narrow = await filled(log, 4, 0);
    const group = uniqueName('group');
    const members = [await joinGroup(log, group, [wide, narrow])];
    await eventually(() => expect(members[0]!.owned.size).toBe(10));
    for (let count = 2; count <= 3; count += 1) {
      const before = members.map((member) => new Set(member.owned));
      members.push(await joinGroup(await another(), group, [wide, narrow]));
      const share = 6 / count;
      const numbers = (member: GroupMember, topic: string): number[] =>
        [...member.owned].filter((each) => each.startsWith(topic)).map((each) => Number(each.slice(topic.length + 1)));
      await eventually(() => {
        for (const member of members) {
          expect(numbers(member, wide)).toHaveLength(share);
          const wanted = numbers(member, wide).filter((number) => number < 4);
          expect(new Set(numbers(member, narrow))).toEqual(new Set(wanted));
        }
        expect(new Set(members.flatMap((member) => [...member.owned])).size).toBe(10);
      });
      const lost = before.flatMap((owned, index) => [...owned].filter((each) => !members[index]!.owned.has(each)));
      expect(lost.filter((each) => each.startsWith(wide)).length).toBe(share);
    }
  });

  it('cannot join with a session that the broker refuses, and are told so', async () => {
    const log = await another({ sessionTimeoutMs: 100 });
    const topic = await filled(log, 1, 0);

    await expect(joinGroup(log, uniqueName('group'), [topic])).rejects.toMatchObject({
      code: 'HEADROOM_LOG_REFUSED',
      retryable: false,
    });
    await expect(joinGroup(log, uniqueName('group'), [uniqueName('suite.nothing')])).rejects.toMatchObject({
      code: 'HEADROOM_TOPIC_UNKNOWN',
    });
  });

  it('abort a job whose partition is revoked, with that reason, and count no attempt', async () => {
    const parts = await openMemory();
    const logger = createLogger({ level: 'silent' });
    const contract = uniqueContract({ partitions: 2 });
    const group = uniqueName('group');
    const started: string[] = [];
    const reasons: unknown[] = [];
    const attempts: number[] = [];
    const runtime = async (handler: Parameters<Runtime['subscribe']>[0]['handler']): Promise<Runtime> => {
      const log = await another();
      const made = new Runtime({ group, log, store: parts.store, logger, drainDeadlineMs: 200 });
      made.subscribe({ contract, handler });
      await made.start();
      return made;
    };
    const first = await runtime(async (event, context) => {
      started.push(labelOf(event));
      if (started.length > 2) return;
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
      reasons.push((context.signal.reason as { reason?: unknown }).reason);
      throw context.signal.reason;
    });
    const log = await another();
    for (let partition = 0; partition < 2; partition += 1) {
      const event = buildEvent(contract, finding(`${partition}`, `job${partition}`), { source: '/suite' });
      await log.append([{ ...encodeEvent(contract, event), partition }]);
    }
    await eventually(() => expect(started.toSorted()).toEqual(['job0', 'job1']));

    const second = await runtime((_event, context) => void attempts.push(context.deliveryAttempt));

    await eventually(() => expect(attempts).toEqual([1]));
    expect(reasons).toEqual(['revoked']);
    await Promise.all([first.close(), second.close()]);
    await parts.close();
  });
});

describe('a client of Kafka that breaks', () => {
  it('survives a broker that is killed and started again: nothing acknowledged is lost, records flow again', async () => {
    const log = await another({ appendDeadlineMs: 1_000 });
    const topic = await filled(log, 1, 1);
    const member = await joinGroup(log, uniqueName('group'), [topic]);
    await eventually(() => expect(member.records).toHaveLength(1));
    const acknowledged = ['0:0'];
    const append = async (text: string): Promise<void> => {
      await log.append([textRecord(topic, 'k', text)]);
      acknowledged.push(text);
    };

    await kafka.kill();
    const during = append('during').catch((error: unknown) => error);
    await kafka.start();
    await during;
    await eventually(() => append('after'));

    await eventually(() => expect(texts(member.records)).toEqual(expect.arrayContaining(acknowledged)));
    await eventually(async () => expect(await member.membership.commit({ topic, partition: 0 }, 1n)).toBe('committed'));
    await log.ping();
  });

  it('is replaced after a crash that it does not recover from: what was paused stays so, nothing is skipped', async () => {
    const log = await another();
    const topic = await filled(log, 2, 2);
    const member = await joinGroup(log, uniqueName('group'), [topic]);
    await eventually(() => expect(member.records).toHaveLength(4));
    member.membership.pause({ topic, partition: 0 });
    await fill(log, topic, 2, 2, 3);
    await eventually(() => expect(of(member, 1)).toHaveLength(3));
    // The client has no codec for it, and dies.
    await appendWithJava(
      kafka.brokers,
      { topic, key: keyOf(topic, 1), value: Buffer.from('no codec'), headers: [] },
      'snappy',
    );
    await eventually(() => expect(member.crashes.length).toBeGreaterThan(0));
    expect(member.crashes.every((crash) => crash.willRestart)).toBe(true);
    expect(member.recoveries).toBe(0);

    await withAdmin(kafka, async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '4' }] });
    });
    await fill(log, topic, 2, 3, 4);

    await eventually(() => expect(of(member, 1)).toEqual(['1:0', '1:1', '1:2', '1:3']));
    expect(member.recoveries).toBeGreaterThan(0);
    expect(of(member, 0)).toEqual(['0:0', '0:1']);
    member.membership.resume({ topic, partition: 0 }, 2n);
    await eventually(() => expect(of(member, 0)).toEqual(['0:0', '0:1', '0:2', '0:3']));
  });

  it('comes back by itself when its topic was deleted and is there again; what waited for it is stored', async () => {
    // Commits wait as long as a session lasts.
    const log = await another({ sessionTimeoutMs: 30_000 });
    const topic = await filled(log, 1, 1);
    const other = await filled(log, 1, 1);
    const member = await joinGroup(log, uniqueName('group'), [topic, other]);
    const leaver = await joinGroup(await another(), uniqueName('group'), [topic, other]);
    await eventually(() => expect([...member.records, ...leaver.records]).toHaveLength(4));

    await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] }));
    await eventually(() => expect(member.crashes).toHaveLength(1));
    const held = member.membership.commit({ topic: other, partition: 0 }, 1n);
    const given = leaver.membership.commit({ topic: other, partition: 0 }, 1n);
    await leaver.membership.leave();
    expect(await given).toBe('lost');
    const writer = await another();
    await writer.ensureTopics([uniqueTopic({ name: topic, partitions: 1 })]);
    // The member goes on at the offset that it had reached.
    await writer.append(['below', 'again'].map((text) => textRecord(topic, 'k', text)));
    await writer.append([textRecord(other, 'k', 'on')]);

    await eventually(() => expect(texts(member.records)).toEqual(expect.arrayContaining(['again', 'on'])));
    expect(await held).toBe('committed');
  });
});

/** A key that goes to the partition. */
function keyOf(topic: string, partition: number): Buffer {
  for (let index = 0; ; index += 1) {
    const key = Buffer.from(`${topic}${index}`);
    if (partitionOf(key, 2) === partition) return key;
  }
}

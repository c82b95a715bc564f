import { expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import { listDeadLetters } from '../delivery/dead-letter.js';
import { offsetKey, outboxKey } from '../delivery/keys.js';
import { storedRecord } from '../delivery/stored.record.js';
import { getStreamState, listStreamState } from '../delivery/stream.state.js';
import { isEventOf, type StreamHandler } from '../delivery/subscription.js';
import { encodeEvent } from '../events/codec.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { eventually } from './eventually.js';
import { headerOf, labelOf, latch, uniqueContract } from './fixtures.js';
import type { RuntimeWorld } from './runtime.world.js';

type GetWorld = () => RuntimeWorld;
type NewWorld = (partitions?: number) => Promise<RuntimeWorld>;

const FAST = { backoffMs: 2, maxBackoffMs: 5 } as const;

/** Counts events by case; publishes one event for each. */
function counting(output: ReturnType<typeof uniqueContract>, seen: string[]): StreamHandler {
  return async (batch, context) => {
    for (const { event } of batch) {
      const data = event.data as Parameters<typeof output.key>[0];
      seen.push(labelOf(event));
      const count = (await context.get<number>(data.case.caseId)) ?? 0;
      context.put(data.case.caseId, count + 1);
      context.publish(output, data, { causation: event, step: 'counted.1' });
    }
  };
}

/** The same store, answering reads only after the log has had many turns to deliver: as over a network. */
function slowToRead(store: KeyValueStore): KeyValueStore {
  return new Proxy(store, {
    get: (target, name: keyof KeyValueStore) => {
      const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>;
      if (name !== 'get') return method;
      return async (key: string) => {
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return method(key);
      };
    },
  });
}

/** Defines what a stream subscription owes. */
export function streamContract(world: GetWorld, fresh: NewWorld): void {
  it('commits state, input offsets and outputs together, and does not fold a replayed offset again', async () => {
    const w = world();
    const output = uniqueContract();
    await w.log.ensureTopics([{ ...output, name: output.topic }]);
    const seen: string[] = [];
    const start = (store = w.store) => {
      const runtime = w.runtime({ store });
      runtime.subscribeStream({ contracts: [w.contract], handler: counting(output, seen) });
      return runtime.start();
    };
    await start();
    const event = w.event('a', 'one');
    await w.publish(event, w.event('a', 'two'), w.event('b', 'three'));
    await eventually(async () => expect(await w.behind()).toBe(0n));

    await w.restart();
    const [lag] = await w.lag();
    const assigned = latch();
    const spec = { group: w.group, topics: [w.contract.topic] };
    const member = await w.log.join(spec, { ...silent, assigned: () => assigned.open() });
    await assigned.opened;
    for (let partition = 0; partition < 4; partition += 1) {
      expect(await member.commit({ topic: lag!.topic, partition }, 0n)).toBe('committed');
    }
    await member.leave();
    await start(slowToRead(w.store));
    await w.publish(w.event('a', 'four'));

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(seen.toSorted()).toEqual(['four', 'one', 'three', 'two']);
    expect(await getStreamState(w.store, w.group, event.data.case.caseId)).toBe(3);
    expect(await listStreamState(w.store, w.group)).toHaveLength(2);
    const records = await w.follow(output.topic);
    await eventually(() => expect(records).toHaveLength(4));
    const first = records.find((record) => headerOf(record, 'ce_causationid') === event.id);
    expect(headerOf(first!, 'traceparent')?.slice(3, 35)).toBe(event.traceparent?.slice(3, 35));
  });

  it('publishes what a crash left in the outbox before anything else', async () => {
    const w = await fresh(1);
    const output = uniqueContract({ partitions: 1 });
    await w.log.ensureTopics([{ ...output, name: output.topic }]);
    const left = encodeEvent(output, { ...w.event('a', 'left'), type: output.type });
    await w.store.put(outboxKey(w.group, 0), [storedRecord(left)]);
    const runtime = w.runtime();
    runtime.subscribeStream({ contracts: [w.contract], handler: counting(output, []) });
    await runtime.start();

    await w.publish(w.event('a', 'new'));

    const records = await w.follow(output.topic);
    await eventually(() => expect(records).toHaveLength(2));
    expect(JSON.parse(String(records[0]?.value))).toMatchObject({ subject: 'src/example.ts:left' });
    await eventually(async () => expect(await w.store.get(outboxKey(w.group, 0))).toBeUndefined());
  });

  it('sends what is no event to the DLQ and never blocks on it', async () => {
    const w = await fresh(1);
    const seen: string[] = [];
    const runtime = w.runtime();
    runtime.subscribeStream({
      contracts: [w.contract],
      handler: (batch) => void seen.push(...batch.map(({ event }) => labelOf(event))),
    });
    await w.raw({ value: Buffer.from('{') });
    await w.publish(w.event('a', 'good'));
    await w.raw({ key: Buffer.from('k'), value: null });
    await runtime.start();

    await eventually(async () => expect(await w.behind()).toBe(0n));

    expect(seen).toEqual(['good']);
    expect(await listDeadLetters(w.log, { group: w.group })).toMatchObject([
      { reason: 'permanent', errorCode: 'HEADROOM_EVENT_INVALID', offset: '0' },
      { reason: 'permanent', errorCode: 'HEADROOM_EVENT_INVALID', offset: '2' },
    ]);
  });

  it('takes a failing batch event by event: the bad one becomes a dead letter, the others count once', async () => {
    const w = await fresh(1);
    let retried = 0;
    const runtime = w.runtime();
    runtime.subscribeStream({
      ...FAST,
      contracts: [w.contract],
      handler: async (batch, context) => {
        for (const { event } of batch) {
          context.put('count', ((await context.get<number>('count')) ?? 0) + 1);
          if (labelOf(event) === 'bad') throw new HeadroomError('bad', { code: 'HEADROOM_SUITE_BAD' });
          if (labelOf(event) === 'later' && (retried += 1) < 4) {
            throw new HeadroomError('later', { code: 'HEADROOM_SUITE_LATER', retryable: true });
          }
        }
      },
    });
    await w.publish(w.event('a', 'good'), w.event('a', 'bad'), w.event('a', 'later'), w.event('a', 'good'));

    await runtime.start();

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await getStreamState(w.store, w.group, 'count')).toBe(3);
    expect(await listDeadLetters(w.log, { group: w.group })).toMatchObject([
      { reason: 'permanent', errorCode: 'HEADROOM_SUITE_BAD', offset: '1' },
    ]);
  });

  it('gives up an event whose output no topic would take, instead of standing still after its commit', async () => {
    const w = await fresh(1);
    const output = uniqueContract({ partitions: 1, maxMessageBytes: 2_000 });
    await w.log.ensureTopics([{ ...output, name: output.topic }]);
    const runtime = w.runtime();
    runtime.subscribeStream({
      contracts: [w.contract],
      handler: (batch, context) => {
        for (const { event } of batch) {
          const data = event.data as Parameters<typeof output.key>[0];
          const service = labelOf(event) === 'large' ? 'x'.repeat(150) : 'small';
          const profiles = Array.from({ length: labelOf(event) === 'large' ? 30 : 0 }, () => ({
            sha256: 'a'.repeat(64),
            size: 1,
            mediaType: 'text/plain',
          }));
          const opportunity = { subjectContent: 'a'.repeat(64), profiles };
          context.publish(output, { ...data, service, opportunity }, { causation: event, step: 'out.1' });
        }
      },
    });
    await w.publish(w.event('a', 'large'), w.event('a', 'fine'));

    await runtime.start();

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await listDeadLetters(w.log, { group: w.group })).toMatchObject([
      { errorCode: 'HEADROOM_RECORD_TOO_LARGE', offset: '0' },
    ]);
    const records = await w.follow(output.topic);
    await eventually(() => expect(records).toHaveLength(1));
  });

  it('folds again what a store that was set back has forgotten', async () => {
    const w = await fresh(1);
    const runtime = w.runtime();
    runtime.subscribeStream({
      contracts: [w.contract],
      handler: async (batch, context) => {
        for (const { event } of batch) {
          const known = (await context.get<string[]>('labels')) ?? [];
          context.put('labels', [...known, labelOf(event)]);
        }
      },
    });
    const labels = (): Promise<string[] | undefined> => getStreamState<string[]>(w.store, w.group, 'labels');
    const key = offsetKey(w.group, { topic: w.contract.topic, partition: 0 });
    await runtime.start();
    await w.publish(w.event('a', 'one'));
    await eventually(async () => expect(await labels()).toEqual(['one']));
    const before = await w.store.list(`stream:${w.group}:`);
    await w.publish(w.event('a', 'two'));
    await eventually(async () => expect(await labels()).toEqual(['one', 'two']));

    await w.store.transact(before.map(({ key: each, value }) => ({ type: 'put', key: each, value })));
    expect(await w.store.get(key)).toBe('1');
    await w.publish(w.event('a', 'three'));

    await eventually(async () => expect(await labels()).toEqual(['one', 'two', 'three']));
  });

  it('brings all topics of a partition number to one handler at a time, with their contracts', async () => {
    const w = await fresh(2);
    const second = uniqueContract({ partitions: 2 });
    let running = 0;
    const together: number[] = [];
    const seen: string[] = [];
    const runtime = w.runtime();
    runtime.subscribeStream({
      contracts: [w.contract, second],
      handler: async (batch, context) => {
        running += 1;
        for (const item of batch) {
          expect(item.partition).toBe(context.partition);
          seen.push(`${isEventOf(second, item) ? 'second' : 'first'} ${labelOf(item.event)}`);
          const count = (await context.get<number>('count')) ?? 0;
          context.put('count', count + 1);
        }
        together.push(running);
        running -= 1;
      },
    });
    await runtime.start();
    for (let index = 0; index < 20; index += 1) {
      await w.log.append([
        { ...encodeEvent(w.contract, w.event('a', `e${index}`)), partition: 0 },
        { ...encodeEvent(second, { ...w.event('a', `e${index}`), type: second.type }), partition: 0 },
      ]);
    }

    await eventually(() => expect(seen).toHaveLength(40));
    await eventually(async () => expect(await getStreamState(w.store, w.group, 'count')).toBe(40));
    expect(Math.max(...together)).toBe(1);
    expect(seen.filter((each) => each.startsWith('second'))).toHaveLength(20);
  });

  it('keeps memory bounded behind a slow handler, and loses nothing', async () => {
    const w = await fresh(1);
    const goOn = latch();
    let handled = 0;
    const runtime = w.runtime();
    runtime.subscribeStream({
      contracts: [w.contract],
      handler: async (batch) => {
        await goOn.opened;
        handled += batch.length;
      },
    });
    for (let round = 0; round < 12; round += 1) {
      await w.publish(...Array.from({ length: 500 }, (_, index) => w.event(`${round}-${index}`)));
    }
    await runtime.start();
    await w.publish(w.event('last'));
    goOn.open();

    await eventually(() => expect(handled).toBe(6_001));
  });
}

const silent = {
  records: () => undefined,
  assigned: () => undefined,
  revoked: () => undefined,
  crashed: () => undefined,
};

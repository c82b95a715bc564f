import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HeadroomError, type HeadroomEvent } from '@headroom/contracts';
import { listDeadLetters, replayDeadLetter } from '../delivery/dead-letter.js';
import { inboxKey } from '../delivery/keys.js';
import type { TaskContext } from '../delivery/subscription.js';
import { encodeEvent } from '../events/codec.js';
import type { GroupListener, Membership, OutRecord, ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { dependencyContract } from './dependency.contract.js';
import { eventually } from './eventually.js';
import { headerOf, labelOf, latch, uniqueContract } from './fixtures.js';
import { ordersContract } from './orders.contract.js';
import { RuntimeWorld, type RuntimeHarness } from './runtime.world.js';
import { snapshotContract } from './snapshot.contract.js';
import { streamContract } from './stream.contract.js';

type GetWorld = () => RuntimeWorld;
type NewWorld = (partitions?: number) => Promise<RuntimeWorld>;

const FAST = { backoffMs: 5, maxBackoffMs: 20 } as const;
const permanent = () => new HeadroomError('never', { code: 'HEADROOM_SUITE_PERMANENT' });
const transient = () => new HeadroomError('later', { code: 'HEADROOM_SUITE_TRANSIENT', retryable: true });

/** The same log, except for what the test changes. */
function changedLog(log: ReadableLog, changes: Partial<ReadableLog>): ReadableLog {
  return {
    identity: () => log.identity(),
    ensureTopics: (specs) => log.ensureTopics(specs),
    append: (records) => log.append(records),
    join: (spec, on) => log.join(spec, on),
    lag: (group) => log.lag(group),
    topics: () => log.topics(),
    partitionsOf: (topic) => log.partitionsOf(topic),
    read: (tp, from, limit) => log.read(tp, from, limit),
    ping: () => log.ping(),
    close: () => log.close(),
    ...changes,
  };
}

/** A log whose offsets have gaps, as compaction and transaction markers make them. */
function gappedLog(log: ReadableLog, commits: bigint[]): ReadableLog {
  const out = (from: bigint): bigint => (from + 9n) / 10n;
  return changedLog(log, {
    join: async (spec, on): Promise<Membership> => {
      const inner = await log.join(spec, {
        ...on,
        assigned: (tps) => on.assigned(tps),
        records: (tp, batch) =>
          on.records(
            tp,
            batch.map((record) => ({ ...record, offset: record.offset * 10n })),
          ),
      });
      return {
        pause: (tp) => inner.pause(tp),
        resume: (tp, from) => inner.resume(tp, out(from)),
        commit: (tp, next) => {
          commits.push(next);
          return inner.commit(tp, out(next));
        },
        leave: () => inner.leave(),
      };
    },
  });
}

function lanes(world: GetWorld, fresh: NewWorld): void {
  it('commits only the contiguous prefix when later records finish first', async () => {
    const w = await fresh(1);
    const first = latch();
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: async (event) => {
        if (labelOf(event) === 'a') await first.opened;
        done.push(labelOf(event));
      },
    });
    await runtime.start();
    await w.publish(w.event('1', 'a'), w.event('2', 'b'), w.event('3', 'c'));

    await eventually(() => expect(done.toSorted()).toEqual(['b', 'c']));
    expect(await w.lag()).toMatchObject([{ committed: undefined }]);
    first.open();

    await eventually(async () => expect(await w.lag()).toMatchObject([{ committed: 3n }]));
  });

  it('commits past offset gaps', async () => {
    const w = await fresh(1);
    const commits: bigint[] = [];
    const runtime = w.runtime({ log: gappedLog(w.log, commits) });
    let handled = 0;
    runtime.subscribe({ contract: w.contract, handler: () => void (handled += 1) });
    await runtime.start();

    await w.publish(w.event('1'), w.event('2'), w.event('3'));

    await eventually(() => expect(handled).toBe(3));
    await eventually(() => expect(commits.at(-1)).toBe(21n));
  });

  it('runs different keys in parallel and one key in order', async () => {
    const w = await fresh(1);
    const running = new Set<string>();
    const order: string[] = [];
    const both = latch();
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: async (event) => {
        const label = labelOf(event);
        running.add(label);
        if (running.has('a1') && running.has('b1')) both.open();
        await both.opened;
        order.push(label);
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'a1'), w.event('a', 'a2'), w.event('a', 'a3'), w.event('b', 'b1'));

    await eventually(() => expect(order).toHaveLength(4));
    expect(order.filter((label) => label.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  });

  it('stays fair: a slow partition does not starve the others', async () => {
    const w = world();
    const slow = latch();
    const done: string[] = [];
    const runtime = w.runtime({ concurrency: 4 });
    runtime.subscribe({
      contract: w.contract,
      handler: async (event, context) => {
        if (context.partition === 0) await slow.opened;
        done.push(labelOf(event));
      },
    });
    await runtime.start();
    const onto = (partition: number, index: number): OutRecord => ({
      ...encodeEvent(w.contract, w.event(`${partition}-${index}`, `p${partition}`)),
      partition,
    });
    await w.log.append(Array.from({ length: 40 }, (_, index) => onto(0, index)));
    await w.log.append(Array.from({ length: 10 }, (_, index) => onto(1 + (index % 3), index)));

    await eventually(() => expect(done).toHaveLength(10));
    expect(done).not.toContain('p0');
    slow.open();
    await eventually(() => expect(done).toHaveLength(50));
  });

  it('stops fetching when the buffer is full and goes on when it empties (memory stays bounded)', async () => {
    const w = await fresh(1);
    const goOn = latch();
    let delivered = 0;
    let handled = 0;
    const log = changedLog(w.log, {
      join: (spec, on) =>
        w.log.join(spec, {
          ...on,
          records: (tp, batch) => {
            delivered += batch.length;
            on.records(tp, batch);
          },
        }),
    });
    const runtime = w.runtime({ log });
    runtime.subscribe({
      contract: w.contract,
      handler: async () => {
        await goOn.opened;
        handled += 1;
      },
    });
    for (let round = 0; round < 5; round += 1) {
      await w.publish(...Array.from({ length: 400 }, (_, index) => w.event(`${round}-${index}`)));
    }
    await runtime.start();

    await eventually(() => expect(delivered).toBeGreaterThan(0));
    await w.publish(w.event('last'));
    expect(delivered).toBeLessThan(1_200);
    goOn.open();

    await eventually(() => expect(handled).toBe(2_001));
  });
}

function leases(world: GetWorld, fresh: NewWorld): void {
  it('does not run a job again while another owner holds a live lease', async () => {
    const w = await fresh(1);
    const event = w.event('a', 'held');
    const key = inboxKey(w.group, event);
    const other = await w.store.acquire(key, 'another process', 60_000);
    if (other.outcome !== 'granted') throw new Error('not granted');
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (each) => void done.push(labelOf(each)) });
    await runtime.start();

    await w.publish(event, w.event('b', 'free'));
    await eventually(() => expect(done).toEqual(['free']));
    expect(await w.lag()).toMatchObject([{ committed: undefined }]);
    await w.store.finish(key, other.token, { state: 'done' });

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(done).toEqual(['free']);
  });

  it("takes over after the lease expires and refuses the old owner's `finish`", async () => {
    const w = world();
    const event = w.event('a', 'taken');
    const key = inboxKey(w.group, event);
    const old = await w.store.acquire(key, 'a process that died', 200);
    if (old.outcome !== 'granted') throw new Error('not granted');
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (each) => void done.push(labelOf(each)) });
    await runtime.start();

    await w.publish(event);

    await eventually(() => expect(done).toEqual(['taken']));
    expect(await w.store.finish(key, old.token, { state: 'done' })).toBe(false);
  });

  it('skips a record that is already done and still commits it', async () => {
    const w = world();
    let handled = 0;
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: () => void (handled += 1) });
    await runtime.start();
    const event = w.event('a');

    await w.publish(event, event);
    await w.publish(event);

    await eventually(async () => expect((await w.lag()).map((each) => each.end)).toContain(3n));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(handled).toBe(1);
  });

  it('produces the same output ids, and the same bytes, when a job runs twice', async () => {
    const w = world();
    const output = uniqueContract();
    await w.log.ensureTopics([{ ...output, name: output.topic }]);
    const runtime = w.runtime();
    let runs = 0;
    runtime.subscribe({
      ...FAST,
      contract: w.contract,
      handler: async (event, context) => {
        runs += 1;
        await context.publish(output, { ...event.data, subject: `src/a.ts:run${runs}` }, { step: 'out.1' });
        await context.publish(output, event.data, { step: 'out.1', index: 1 });
        if (runs === 1) throw transient();
      },
    });
    await runtime.start();
    const input = w.event('a');

    await w.publish(input);

    const records = await w.follow(output.topic);
    await eventually(() => expect(records).toHaveLength(4));
    const ids = records.map((record) => headerOf(record, 'ce_id'));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      const [one, two] = records.filter((record) => headerOf(record, 'ce_id') === id);
      expect(two?.value).toEqual(one?.value);
      expect(two?.headers).toEqual(one?.headers);
    }
    expect(headerOf(records[0]!, 'ce_causationid')).toBe(input.id);
    expect(headerOf(records[0]!, 'traceparent')?.slice(0, 36)).toBe(input.traceparent?.slice(0, 36));
    expect(headerOf(records[0]!, 'traceparent')).not.toBe(input.traceparent);
  });

  it('runs a journaled step once, and gives a rerun its result', async () => {
    const w = world();
    let made = 0;
    const results: unknown[] = [];
    const runtime = w.runtime();
    runtime.subscribe({
      ...FAST,
      contract: w.contract,
      handler: async (_event, context) => {
        results.push(await context.step('measure', () => ({ value: (made += 1), none: undefined })));
        if (context.deliveryAttempt === 1) throw transient();
      },
    });
    await runtime.start();

    await w.publish(w.event('a'));

    await eventually(() => expect(results).toEqual([{ value: 1 }, { value: 1 }]));
    expect(made).toBe(1);
  });

  it('ignores events of a lower attempt of a case', async () => {
    const w = world();
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (event) => void done.push(labelOf(event)) });
    await runtime.start();

    await w.publish(w.event('a', 'second', { attempt: 2 }), w.event('a', 'late', { attempt: 1 }));
    await w.publish(w.event('b', 'other', { attempt: 1 }), w.event('a', 'same', { attempt: 2 }));

    await eventually(async () => expect(await w.behind()).toBe(0n));
    await eventually(() => expect(done.toSorted()).toEqual(['other', 'same', 'second']));
  });
}

function failures(world: GetWorld, fresh: NewWorld): void {
  it('sends a poison record to the DLQ and goes on with the next', async () => {
    const w = await fresh(1);
    const done: string[] = [];
    const runtime = w.runtime({ appVersion: '1.2.3' });
    runtime.subscribe({
      contract: w.contract,
      handler: (event) => {
        if (labelOf(event) === 'poison') throw permanent();
        done.push(labelOf(event));
      },
    });
    await runtime.start();
    const poison = w.event('a', 'poison');

    await w.publish(poison, w.event('a', 'next'));

    const letters = await w.deadLetters();
    await eventually(() => expect(letters).toHaveLength(1));
    await eventually(() => expect(done).toEqual(['next']));
    const original = encodeEvent(w.contract, poison);
    const letter = letters[0]!;
    expect([letter.key, letter.value]).toEqual([original.key, original.value]);
    expect(letter.headers.slice(0, original.headers.length)).toEqual(original.headers);
    const told = Object.fromEntries(
      letter.headers.filter(([name]) => name.startsWith('x-dlq-')).map(([name, value]) => [name, value?.toString()]),
    );
    expect(told).toMatchObject({
      'x-dlq-topic': w.contract.topic,
      'x-dlq-partition': '0',
      'x-dlq-offset': '0',
      'x-dlq-group': w.group,
      'x-dlq-attempts': '1',
      'x-dlq-error-code': 'HEADROOM_SUITE_PERMANENT',
      'x-dlq-error-message': 'never',
      'x-dlq-reason': 'permanent',
      'x-dlq-app-version': '1.2.3',
    });
    expect(told).toHaveProperty('x-dlq-stack-hash');
    expect(Date.parse(told['x-dlq-first-failed-at'] ?? '')).not.toBeNaN();
    await eventually(async () => expect(await w.behind()).toBe(0n));
  });

  it('sends malformed JSON, unknown types, invalid data and tombstones to the DLQ after one attempt', async () => {
    const w = await fresh(1);
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (event) => void done.push(labelOf(event)) });
    await runtime.start();
    const good = encodeEvent(w.contract, w.event('a', 'good'));
    const typed = good.headers.map(([name, value]) =>
      name === 'ce_type' ? ([name, Buffer.from('dev.other')] as const) : ([name, value] as const),
    );

    await w.raw({ ...good, value: Buffer.from('{"broken":') });
    await w.raw({ ...good, headers: typed });
    await w.raw({ ...good, value: Buffer.from('{"case":1}') });
    await w.raw({ key: Buffer.from('gone'), value: null });
    await w.raw({ value: Buffer.from([0xff, 0xfe]) });
    await w.raw(good);

    await eventually(() => expect(done).toEqual(['good']));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    const letters = await listDeadLetters(w.log, { group: w.group });
    expect(letters.map((letter) => letter.reason)).toEqual(Array.from({ length: 5 }, () => 'permanent'));
    expect(letters.map((letter) => letter.attempts)).toEqual([1, 1, 1, 1, 1]);
    const messages = letters.map((letter) => letter.errorMessage).join('\n');
    expect(messages).toContain('not JSON');
    expect(messages).toContain('$.type');
    expect(messages).toContain('$.data.case');
    expect(messages).toContain('tombstone');
    expect(messages).toContain('UTF-8');
  });

  it('accepts structured and binary CloudEvents as the same event', async () => {
    const w = await fresh(1);
    const seen: HeadroomEvent[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (event) => void seen.push(event) });
    await runtime.start();
    const { time: _time, ...event } = { ...w.event('a'), region: 'eu' };
    const structured = { ...event, id: 'structured' };

    await w.raw(encodeEvent(w.contract, { ...event, id: 'binary' }));
    await w.raw({
      key: Buffer.from('a'),
      value: Buffer.from(JSON.stringify(structured)),
      headers: [['Content-Type', Buffer.from('application/cloudevents+json; charset=utf-8')]],
    });

    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen.find((each) => each.id === 'structured')).toEqual({
      ...seen.find((each) => each.id === 'binary'),
      id: 'structured',
    });
  });

  it('forwards a record with a null header value without failing', async () => {
    const w = world();
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    await runtime.start();

    await w.foreign({
      value: Buffer.from('no event'),
      headers: [
        ['nothing', null],
        ['some', Buffer.from('x')],
      ],
    });

    const letters = await w.deadLetters();
    await eventually(() => expect(letters).toHaveLength(1));
    expect(headerOf(letters[0]!, 'x-dlq-null-headers')).toBe('["nothing"]');
    expect(headerOf(letters[0]!, 'some')).toBe('x');
  });

  it('honours retry-after without counting an attempt', async () => {
    const w = world();
    const attempts: number[] = [];
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: (_event, context) => {
        attempts.push(context.deliveryAttempt);
        if (attempts.length <= 5) {
          throw Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after-ms': '20' } });
        }
      },
    });
    await runtime.start();

    await w.publish(w.event('a'));

    await eventually(async () => expect(await w.behind()).toBe(0n));
    await eventually(() => expect(attempts).toEqual([1, 1, 1, 1, 1, 1]));
  });

  it('waits in its key-lane until due, across a restart', async () => {
    const w = world();
    const times: number[] = [];
    const attempts: number[] = [];
    const subscribe = () => {
      const runtime = w.runtime();
      runtime.subscribe({
        contract: w.contract,
        backoffMs: 1_600,
        handler: (_event, context) => {
          times.push(Date.now());
          attempts.push(context.deliveryAttempt);
          if (times.length === 1) throw transient();
        },
      });
      return runtime.start();
    };
    await subscribe();
    await w.publish(w.event('a'));
    await eventually(() => expect(times).toHaveLength(1));

    await w.restart();
    await subscribe();

    await eventually(() => expect(times).toHaveLength(2));
    expect(attempts).toEqual([1, 2]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(800);
  });

  it('blocks later records of a failed key in its key-lane while other keys go on', async () => {
    const w = await fresh(1);
    const done: string[] = [];
    let failing = true;
    const runtime = w.runtime();
    runtime.subscribe({
      ...FAST,
      contract: w.contract,
      handler: (event) => {
        if (failing && labelOf(event) === 'a1') throw transient();
        done.push(labelOf(event));
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'a1'), w.event('a', 'a2'), w.event('b', 'b1'), w.event('b', 'b2'));
    await eventually(() => expect(done).toEqual(['b1', 'b2']));
    failing = false;

    await eventually(() => expect(done).toEqual(['b1', 'b2', 'a1', 'a2']));
  });

  it('gives up an unknown error after three attempts, and a transient one at its deadline', async () => {
    const w = world();
    const runtime = w.runtime();
    runtime.subscribe({
      ...FAST,
      contract: w.contract,
      deadlineMs: 300,
      handler: async (event, context) => {
        if (labelOf(event) === 'unknown') throw new TypeError('what');
        if (labelOf(event) === 'transient') throw transient();
        await new Promise((_resolve, reject) => {
          context.signal.addEventListener('abort', () => reject(new Error('stopped by its signal')));
        });
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'unknown'), w.event('b', 'transient'), w.event('c', 'endless'));

    const letters = await eventually(async () => {
      const found = await listDeadLetters(w.log, { group: w.group });
      expect(found).toHaveLength(3);
      return found;
    });
    const by = (code: string) => letters.find((letter) => letter.errorCode === code);
    expect(by('TypeError')).toMatchObject({ reason: 'exhausted', attempts: 3 });
    expect(by('HEADROOM_SUITE_TRANSIENT')).toMatchObject({ reason: 'deadline' });
    expect(by('HEADROOM_SUITE_TRANSIENT')?.attempts).toBeGreaterThan(3);
    expect(by('Error')).toMatchObject({ reason: 'deadline', attempts: 1 });
  });

  it('commits the original only after the DLQ record is acknowledged', async () => {
    const w = await fresh(1);
    let away = true;
    const refused = latch();
    const log = changedLog(w.log, {
      append: async (records) => {
        if (away && records.some((record) => record.topic.endsWith('.dlq'))) {
          refused.open();
          throw new HeadroomError('away', { code: 'HEADROOM_SUITE_AWAY', retryable: true });
        }
        await w.log.append(records);
      },
    });
    const runtime = w.runtime({ log });
    let runs = 0;
    runtime.subscribe({
      contract: w.contract,
      handler: () => {
        runs += 1;
        throw permanent();
      },
    });
    await runtime.start();

    await w.publish(w.event('a'));
    await refused.opened;
    await eventually(() => expect(runtime.ready).toBe(false));
    expect(await w.lag()).toMatchObject([{ committed: undefined }]);
    away = false;

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await listDeadLetters(w.log, { group: w.group })).toHaveLength(1);
    expect(runs).toBe(1);
    await eventually(() => expect(runtime.ready).toBe(true));
  });

  it('replays a DLQ record to its own group only, with the same id', async () => {
    const w = world();
    let broken = true;
    const seen: string[] = [];
    const first = w.runtime();
    first.subscribe({
      contract: w.contract,
      handler: (event) => {
        if (broken) throw permanent();
        seen.push(`first ${event.id}`);
      },
    });
    const second = w.runtime({ group: `${w.group}.second` });
    second.subscribe({ contract: w.contract, handler: (event) => void seen.push(`second ${event.id}`) });
    await first.start();
    await second.start();
    const event = w.event('a');
    await w.publish(event);
    const [letter] = await eventually(async () => {
      const letters = await listDeadLetters(w.log, { group: w.group });
      expect(letters).toHaveLength(1);
      expect(seen).toEqual([`second ${event.id}`]);
      return letters;
    });

    broken = false;
    await replayDeadLetter({ log: w.log, store: w.store }, letter!.id);

    await eventually(() => expect(seen).toEqual([`second ${event.id}`, `first ${event.id}`]));
    await w.publish(w.event('b'));
    await eventually(() => expect(seen).toHaveLength(4));
  });
}

function parking(world: GetWorld): void {
  it('parks with a reason, lets the key go on, and resumes by command with the same journal', async () => {
    const w = world();
    const seen: string[] = [];
    let steps = 0;
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: async (event, context) => {
        await context.step('once', () => (steps += 1));
        seen.push(`${labelOf(event)} ${context.resumed}`);
        if (labelOf(event) === 'waits' && context.resumed < 2) context.park('needs-model', { message: 'set a key' });
      },
    });
    await runtime.start();
    const event = w.event('a', 'waits');

    await w.publish(event, w.event('a', 'next'));

    await eventually(() => expect(seen).toEqual(['waits 0', 'next 0']));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await runtime.parked()).toMatchObject([
      { caseId: event.data.case.caseId, eventId: event.id, reason: 'needs-model', message: 'set a key', resumed: 0 },
    ]);
    expect(await runtime.resume('opp-unknown')).toBe(0);
    expect(await runtime.resume(event.data.case.caseId)).toBe(1);
    await eventually(async () => expect(await runtime.parked()).toMatchObject([{ resumed: 1 }]));
    await runtime.resume(event.data.case.caseId);
    await eventually(async () => expect(await runtime.parked()).toEqual([]));
    expect(seen).toEqual(['waits 0', 'next 0', 'waits 1', 'waits 2']);
    expect(steps).toBe(2);
  });

  it('resumes by itself when due, across a restart', async () => {
    const w = world();
    const times: number[] = [];
    const start = () => {
      const runtime = w.runtime();
      runtime.subscribe({
        contract: w.contract,
        handler: (_event, context) => {
          times.push(Date.now());
          if (context.resumed === 0) context.park('noisy-machine', { resumeAfterMs: 700 });
        },
      });
      return runtime.start();
    };
    await start();
    await w.publish(w.event('a'));
    await eventually(async () => expect(await w.behind()).toBe(0n));

    await w.restart();
    await start();

    await eventually(() => expect(times).toHaveLength(2));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(700);
  });

  it('drops what is parked of an attempt when a newer one arrives', async () => {
    const w = world();
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: (event, context) => {
        if (labelOf(event) === 'waits') context.park('needs-model');
      },
    });
    await runtime.start();
    await w.publish(w.event('a', 'waits'));
    await eventually(async () => expect(await runtime.parked()).toHaveLength(1));

    await w.publish(w.event('a', 'newer', { attempt: 2 }));

    await eventually(async () => expect(await runtime.parked()).toEqual([]));
  });
}

function exclusive(world: GetWorld): void {
  it('runs an exclusive section alone, also when two handlers ask, and counts no attempt for those that wait', async () => {
    const w = world();
    let inside = 0;
    let alone = 0;
    const overlaps: string[] = [];
    const attempts: number[] = [];
    const bothAsk = latch();
    let asking = 0;
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: async (event, context: TaskContext) => {
        attempts.push(context.deliveryAttempt);
        if (!labelOf(event).startsWith('alone')) {
          inside += 1;
          if (alone > 0) overlaps.push(labelOf(event));
          inside -= 1;
          return;
        }
        asking += 1;
        if (asking === 2) bothAsk.open();
        await bothAsk.opened;
        await context.exclusive(async () => {
          alone += 1;
          if (alone > 1 || inside > 0) overlaps.push(labelOf(event));
          await w.publish(w.event(`during-${labelOf(event)}`, 'during'));
          await context.exclusive(async () => undefined);
          alone -= 1;
        });
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'alone1'), w.event('b', 'alone2'));

    await eventually(() => expect(attempts).toEqual([1, 1, 1, 1]));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(overlaps).toEqual([]);
  });

  it('starts nothing while its lanes are paused', async () => {
    const w = world();
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: (event) => void done.push(labelOf(event)) });
    await runtime.start();
    runtime.pauseLanes();
    await w.publish(w.event('a', 'held'));
    const other = w.runtime({ group: `${w.group}.other` });
    let seen = 0;
    other.subscribe({ contract: w.contract, handler: () => void (seen += 1) });
    await other.start();
    await eventually(() => expect(seen).toBe(1));
    expect(done).toEqual([]);

    runtime.resumeLanes();

    await eventually(() => expect(done).toEqual(['held']));
  });
}

function drain(world: GetWorld, fresh: NewWorld): void {
  it('finishes running work, commits, and leaves within the deadline', async () => {
    const w = await fresh(1);
    const started = latch();
    const goOn = latch();
    const done: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: async (event) => {
        started.open();
        await goOn.opened;
        done.push(labelOf(event));
      },
    });
    await runtime.start();
    await w.publish(w.event('a', 'running'), w.event('a', 'behind it'));
    await started.opened;

    const closing = runtime.close();
    expect(runtime.status).toBe('DRAINING');
    goOn.open();
    await closing;

    expect(runtime.status).toBe('STOPPED');
    expect(done).toEqual(['running']);
    expect(await w.lag()).toMatchObject([{ committed: 1n }]);
  });

  it('aborts work that overruns the deadline and leaves its offset uncommitted', async () => {
    const w = await fresh(1);
    const started = latch();
    const attempts: number[] = [];
    let reason: unknown;
    const start = (drainDeadlineMs: number) => {
      const runtime = w.runtime({ drainDeadlineMs });
      runtime.subscribe({
        contract: w.contract,
        handler: async (_event, context) => {
          attempts.push(context.deliveryAttempt);
          if (attempts.length > 1) return;
          started.open();
          await new Promise((_resolve, reject) => {
            context.signal.addEventListener('abort', () => {
              reason = (context.signal.reason as { reason: string }).reason;
              reject(new Error('stopped'));
            });
          });
        },
      });
      return runtime;
    };
    const first = start(50);
    await first.start();
    await w.publish(w.event('a'));
    await started.opened;

    await first.close();

    expect(reason).toBe('shutdown');
    expect((await w.lag()).filter((each) => each.committed !== undefined)).toEqual([]);
    await w.restart();
    await start(1_000).start();
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(attempts).toEqual([1, 1]);
  });

  it('closes cleanly when stopped during start, and twice', async () => {
    const w = world();
    const runtime = w.runtime();
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    expect(runtime.status).toBe('INITIALIZED');

    const starting = runtime.start();
    const closing = runtime.close();
    await Promise.all([starting, closing, runtime.close()]);

    expect(runtime.status).toBe('STOPPED');
    await expect(runtime.start()).rejects.toMatchObject({ code: 'HEADROOM_RUNTIME_CLOSED' });
    const again = w.runtime();
    again.subscribe({ contract: w.contract, handler: () => undefined });
    await again.start();
  });

  it('leaves no timer, socket or file handle open', async () => {
    const w = world();
    const open = (): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
      return counts;
    };
    // A log over a network connects at its first use, and stays connected.
    await w.publish(w.event('c'));
    await w.lag();
    const before = open();
    const runtime = w.runtime();
    let handled = 0;
    runtime.subscribe({
      ...FAST,
      contract: w.contract,
      handler: (_event, context) => {
        handled += 1;
        if (context.deliveryAttempt === 1) throw transient();
      },
    });
    await runtime.start();
    await w.publish(w.event('a'), w.event('b'));
    await eventually(() => expect(handled).toBe(6));

    await runtime.close();

    await eventually(() => {
      const more = [...open()].filter(([type, now]) => now > (before.get(type) ?? 0));
      expect(more).toEqual([]);
    });
  });

  it('is not ready while its log client is replaced, says why, and is ready again', async () => {
    const w = world();
    let listener: GroupListener | undefined;
    const log = changedLog(w.log, {
      join: (spec, on) => {
        listener = on;
        return w.log.join(spec, on);
      },
    });
    const runtime = w.runtime({ log });
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    await runtime.start();
    expect(runtime.ready).toBe(true);

    listener?.crashed(new Error('the client died'), true);
    expect([runtime.ready, runtime.problems.get('consumer')]).toEqual([false, 'the client died']);
    listener?.recovered?.();
    expect(runtime.ready).toBe(true);

    listener?.crashed(new Error('for good'), false);
    expect(runtime.status).toBe('FAILED');
  });

  it('is ready again when a lane that could not go on is given to another member', async () => {
    const w = world();
    let listener: GroupListener | undefined;
    const log = changedLog(w.log, {
      join: (spec, on) => {
        listener = on;
        return w.log.join(spec, on);
      },
    });
    const store = new Proxy(w.store, {
      get: (target, name: keyof KeyValueStore): unknown =>
        name === 'acquire' ? () => Promise.reject(new Error('no lease to be had')) : target[name].bind(target),
    });
    const runtime = w.runtime({ log, store });
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    await runtime.start();
    await w.publish(w.event('a'));
    await eventually(() => expect([...runtime.problems.values()]).toEqual(['no lease to be had']));
    const [lane = ''] = runtime.problems.keys();

    listener?.revoked([{ topic: w.contract.topic, partition: Number(lane.split('/').at(-1)) }]);

    expect([...runtime.problems.keys(), runtime.ready]).toEqual([true]);
  });

  it('is FAILED when it cannot start, and closes all the same', async () => {
    const w = world();
    const log = changedLog(w.log, {
      ensureTopics: () => Promise.reject(new HeadroomError('away', { code: 'HEADROOM_SUITE_AWAY', retryable: true })),
    });
    const runtime = w.runtime({ log });

    await expect(runtime.start()).rejects.toMatchObject({ code: 'HEADROOM_SUITE_AWAY' });

    expect(runtime.status).toBe('FAILED');
    await runtime.close();
    expect(runtime.status).toBe('STOPPED');
  });
}

/** Defines what the runtime owes on one log and one store. */
export function runtimeContract(name: string, makeParts: () => Promise<RuntimeHarness>): void {
  describe(`runtime: ${name}`, () => {
    let world: RuntimeWorld;
    const open: RuntimeWorld[] = [];
    const fresh: NewWorld = async (partitions) => {
      const made = await new RuntimeWorld(await makeParts(), partitions).ready();
      open.push(made);
      return made;
    };

    beforeEach(async () => {
      world = await fresh();
    });

    afterEach(async () => {
      for (const each of open.splice(0)) await each.close();
    });

    describe('lanes', () => {
      lanes(() => world, fresh);
    });
    describe('leases and journal', () => {
      leases(() => world, fresh);
    });
    describe('failures', () => {
      failures(() => world, fresh);
    });
    describe('parking', () => {
      parking(() => world);
    });
    describe('orders of people', () => {
      ordersContract(() => world);
    });
    describe('exclusive sections', () => {
      exclusive(() => world);
    });
    describe('drain', () => {
      drain(() => world, fresh);
    });
    describe('dependencies that are away', () => {
      dependencyContract(() => world, fresh);
    });
    describe('streams', () => {
      streamContract(() => world, fresh);
    });
    describe('snapshots', () => {
      snapshotContract(fresh);
    });
  });
}

import { expect, it } from '@jest/globals';
import { HeadroomError, sha256, type BlobRef, type EventContract, type Finding } from '@headroom/contracts';
import type { BlobStore } from '../blobs/blob.port.js';
import { listDeadLetters, replayDeadLetter } from '../delivery/dead-letter.js';
import { claimKey, pointerKey } from '../delivery/keys.js';
import type { Runtime } from '../delivery/runtime.js';
import type { SnapshotOptions, StreamHandler } from '../delivery/subscription.js';
import { encodeEvent } from '../events/codec.js';
import type { LogRecord, Membership, ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { eventually } from './eventually.js';
import { headerOf, labelOf, uniqueContract } from './fixtures.js';
import type { RuntimeWorld } from './runtime.world.js';

type NewWorld = (partitions?: number) => Promise<RuntimeWorld>;

/** Only a full stop writes a snapshot. */
const RARELY = { everyEvents: 1_000_000, everyMs: 3_600_000, idleMs: 3_600_000 } as const satisfies SnapshotOptions;
/** Each pause writes a snapshot. */
const SOON = { idleMs: 10 } as const satisfies SnapshotOptions;

/** A chain is another one after other events, or after the same ones in another order. */
function linked(chain: string, label: string): string {
  return sha256(`${chain} ${label}`).slice(0, 16);
}

/** Folds a chain; publishes `<label>-<chain>` for each event. */
function chaining(output: EventContract<Finding>, seen: string[] = []): StreamHandler {
  return async (batch, context) => {
    for (const { event } of batch) {
      const label = labelOf(event);
      if (label === 'bad') throw new HeadroomError('bad', { code: 'HEADROOM_SUITE_BAD' });
      seen.push(label);
      const chain = linked((await context.get<string>('chain')) ?? '', label);
      context.put('chain', chain);
      context.put(`label/${label}`, { text: label.repeat(20) });
      const data = event.data as Finding;
      const published = { ...data, subject: `src/example.ts:${label}-${chain}` };
      context.publish(output, published, { causation: event, step: 'chained.1' });
    }
  };
}

interface Chained {
  world: RuntimeWorld;
  output: EventContract<Finding>;
  /** What the handlers saw, in order. */
  seen: string[];
  start: (snapshot: SnapshotOptions, parts?: Parameters<RuntimeWorld['runtime']>[0]) => Promise<Runtime>;
  outputs: () => Promise<LogRecord[]>;
}

async function chained(world: RuntimeWorld, contracts = [world.contract]): Promise<Chained> {
  const output = uniqueContract({ partitions: 1 });
  await world.log.ensureTopics([{ ...output, name: output.topic }]);
  const seen: string[] = [];
  return {
    world,
    output,
    seen,
    start: async (snapshot, parts) => {
      const runtime = world.runtime(parts);
      runtime.subscribeStream({ contracts, state: 'snapshot', snapshot, handler: chaining(output, seen) });
      await runtime.start();
      return runtime;
    },
    outputs: async () => once(await world.log.read({ topic: output.topic, partition: 0 }, 0n, 1_000)),
  };
}

/** What a crash has published twice must be the same bytes under the same id, and counts once. */
function once(records: readonly LogRecord[]): LogRecord[] {
  const byId = new Map<string, LogRecord>();
  for (const record of records) {
    const id = headerOf(record, 'ce_id') ?? '';
    const before = byId.get(id);
    if (before) expect(record.value).toEqual(before.value);
    else byId.set(id, record);
  }
  return [...byId.values()];
}

/** Label and chain of each output. */
function linksOf(records: readonly LogRecord[]): string[][] {
  return records.map((record) => (JSON.parse(String(record.value)) as Finding).subject.split(':')[1]!.split('-'));
}

/** That each output went on from the one before, none twice. */
function expectOneChain(records: readonly LogRecord[], labels: readonly string[]): void {
  const links = linksOf(records);
  expect(links.map(([label]) => label)).toEqual(labels);
  links.reduce((chain, [label, next]) => {
    expect(next).toBe(linked(chain, label!));
    return next!;
  }, '');
}

/** Every method of a port fails once `isDead` says so. */
function mortal<Port extends object>(port: Port, isDead: () => boolean): Port {
  return new Proxy(port, {
    get: (target, name: keyof Port & string) => {
      const method = target[name];
      if (typeof method !== 'function') return method;
      return (...given: unknown[]): unknown => {
        if (isDead())
          return Promise.reject(new HeadroomError('dead', { code: 'HEADROOM_SUITE_DEAD', retryable: true }));
        return (method as (...args: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

/** Parts of a runtime that can lose its place in the group behind its back, and with `kill` everything else. */
function losable(w: RuntimeWorld): {
  parts: { log: ReadableLog; store: KeyValueStore; blobs: BlobStore };
  leave(): Promise<void>;
  kill(): Promise<void>;
} {
  let dead = false;
  let inner: Membership | undefined;
  const log = mortal(w.log, () => dead);
  const parts = {
    log: new Proxy(log, {
      get: (target, name: keyof ReadableLog) => {
        if (name !== 'join') return target[name];
        const join: ReadableLog['join'] = async (spec, on) => {
          const joined = await w.log.join(spec, on);
          inner = joined;
          return {
            pause: (tp) => joined.pause(tp),
            resume: (tp, from) => joined.resume(tp, from),
            commit: (tp, next) => joined.commit(tp, next),
            // Its session may be over already.
            leave: () => joined.leave(),
          };
        };
        return join;
      },
    }),
    store: mortal(w.store, () => dead),
    blobs: mortal(w.blobs, () => dead),
  };
  const leave = async (): Promise<void> => inner?.leave();
  return {
    parts,
    leave,
    kill: async () => {
      dead = true;
      await leave();
    },
  };
}

interface StoredPointer {
  epoch: number;
  sequence: number;
  bases: { manifest?: BlobRef }[];
}

function pointerOf(w: RuntimeWorld): Promise<StoredPointer | undefined> {
  return w.store.get<StoredPointer>(pointerKey(w.group, 0));
}

/** Publishes an event, and waits until a snapshot holds it. */
async function snapshotOf(w: RuntimeWorld, ...labels: string[]): Promise<void> {
  const before = (await pointerOf(w))?.sequence ?? 0;
  await w.publish(...labels.map((label) => w.event('a', label)));
  await eventually(async () => {
    expect((await pointerOf(w))?.sequence).toBeGreaterThan(before);
    expect(await w.behind()).toBe(0n);
  });
}

function recovery(fresh: NewWorld): void {
  it('goes on from its snapshot after a restart, and folds nothing twice', async () => {
    const { world: w, seen, start, outputs } = await chained(await fresh(1));
    await start(RARELY);
    await w.publish(w.event('a', 'one'), w.event('a', 'two'));
    await eventually(async () => expect(await outputs()).toHaveLength(2));

    await w.restart();
    await start(RARELY);
    await w.publish(w.event('a', 'three'));

    await eventually(async () => expect(await outputs()).toHaveLength(3));
    expectOneChain(await outputs(), ['one', 'two', 'three']);
    expect(seen).toEqual(['one', 'two', 'three']);
  });

  it('commits no further than a snapshot reaches', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    await start(RARELY);
    await w.publish(w.event('a', 'one'), w.event('a', 'two'));
    await eventually(async () => expect(await outputs()).toHaveLength(2));

    expect(await w.behind()).toBe(2n);

    await w.restart();
    await start(SOON);
    await eventually(async () => expect(await w.behind()).toBe(0n));
    await snapshotOf(w, 'three');
  });

  it('folds the tail of several topics again in the same order after a crash, and publishes nothing again', async () => {
    const w = await fresh(1);
    const second = uniqueContract({ partitions: 1 });
    const { start, outputs, seen } = await chained(w, [w.contract, second]);
    const first = losable(w);
    await start(RARELY, first.parts);
    const labels: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const label = `e${index}`;
      const contract = index % 3 === 0 ? second : w.contract;
      await w.log.append([encodeEvent(contract, { ...w.event('a', label), type: contract.type })]);
      labels.push(label);
      await eventually(async () => expect(await outputs()).toHaveLength(index + 1));
    }
    await first.kill();

    await start(RARELY);
    await w.publish(w.event('a', 'last'));

    await eventually(async () => expect(await outputs()).toHaveLength(13));
    expectOneChain(await outputs(), [...labels, 'last']);
    expect(seen).toEqual([...labels, ...labels, 'last']);
  });

  it('publishes what was stored and not yet published when the process died', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    const first = losable(w);
    const log = new Proxy(first.parts.log, {
      get: (target, name: keyof ReadableLog) => {
        if (name !== 'append') return target[name];
        return () => Promise.reject(new HeadroomError('away', { code: 'HEADROOM_SUITE_AWAY', retryable: true }));
      },
    });
    await start(RARELY, { ...first.parts, log });
    await w.publish(w.event('a', 'one'));
    await eventually(async () => expect(await pointerOf(w)).toMatchObject({ outbox: [{}] }));
    await first.kill();

    await start(RARELY);
    await w.publish(w.event('a', 'two'));

    await eventually(async () => expect(await outputs()).toHaveLength(2));
    expectOneChain(await outputs(), ['one', 'two']);
  });

  it('keeps its history when the log has dropped what a snapshot holds', async () => {
    const w = await fresh(1);
    const short = uniqueContract({ partitions: 1, retentionMs: 0 });
    const { start, outputs } = await chained(w, [short]);
    const publish = (label: string) => w.log.append([encodeEvent(short, { ...w.event('a', label), type: short.type })]);
    await start(RARELY);
    await publish('one');
    await publish('two');
    await eventually(async () => expect(await outputs()).toHaveLength(2));
    await w.restart();
    await w.trim(short.topic);

    await start(RARELY);
    await publish('three');

    await eventually(async () => expect(await outputs()).toHaveLength(3));
    expectOneChain(await outputs(), ['one', 'two', 'three']);
  });

  it('finds its snapshot beside the blobs when the key-value store was emptied', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    await start(SOON);
    await snapshotOf(w, 'one', 'two');
    await w.restart();
    const before = await pointerOf(w);
    for (const { key } of await w.store.list(`stream:${w.group}:`)) await w.store.delete(key);

    await start(SOON);
    await snapshotOf(w, 'three');

    expectOneChain(await outputs(), ['one', 'two', 'three']);
    expect(await pointerOf(w)).toMatchObject({ sequence: before!.sequence + 1 });
  });

  it('goes on when the key-value store is emptied while it works', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    await start(SOON);
    await snapshotOf(w, 'one');
    for (const { key } of await w.store.list(`stream:${w.group}:`)) await w.store.delete(key);

    await snapshotOf(w, 'two');

    expectOneChain(await outputs(), ['one', 'two']);
    expect(await pointerOf(w)).toMatchObject({ sequence: 2 });
  });
}

function takeOver(fresh: NewWorld): void {
  it('lets no member that lost the partition publish or overwrite anything', async () => {
    const w = await fresh(1);
    const { start, outputs, output } = await chained(w);
    const held = await start(SOON);
    await snapshotOf(w, 'one');
    await held.close();

    const zombie = losable(w);
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    let reached = false;
    const slow = w.runtime(zombie.parts);
    slow.subscribeStream({
      contracts: [w.contract],
      state: 'snapshot',
      snapshot: SOON,
      handler: async (batch, context) => {
        reached = true;
        await waiting;
        await chaining(output)(batch, context);
        for (const { event } of batch) {
          const data = { ...(event.data as Finding), subject: 'src/example.ts:zombie-zombie' };
          context.publish(output, data, { causation: event, step: 'zombie.1' });
        }
        context.put('chain', 'zombie');
      },
    });
    await slow.start();
    await w.publish(w.event('a', 'two'));
    await eventually(() => expect(reached).toBe(true));
    await zombie.leave();
    await start(SOON);
    await eventually(async () => expect(await outputs()).toHaveLength(2));

    goOn();
    await slow.close();
    await snapshotOf(w, 'three');
    await w.restart();
    await start(SOON);
    await snapshotOf(w, 'four');

    expectOneChain(await outputs(), ['one', 'two', 'three', 'four']);
  });

  it('takes a partition back that a member on its way out has claimed late', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    const runtime = await start(SOON);
    await snapshotOf(w, 'one');
    const claim = await w.store.get<{ epoch: number }>(claimKey(w.group, 0));
    await w.store.put(claimKey(w.group, 0), { epoch: claim!.epoch + 1, owner: 'a member on its way out' });

    await snapshotOf(w, 'two');

    await eventually(() => expect(runtime.problems.size).toBe(0));
    expectOneChain(await outputs(), ['one', 'two']);
  });

  it('takes it back also before the first snapshot, and folds again what was only in memory', async () => {
    const { world: w, start, outputs, seen } = await chained(await fresh(1));
    await start(RARELY);
    await w.publish(w.event('a', 'one'), w.event('a', 'two'));
    await eventually(async () => expect(await outputs()).toHaveLength(2));
    await w.store.put(claimKey(w.group, 0), { epoch: 7, owner: 'a member on its way out' });

    await w.publish(w.event('a', 'three'));

    await eventually(async () => expect(await outputs()).toHaveLength(3));
    expectOneChain(await outputs(), ['one', 'two', 'three']);
    expect(seen.slice(-3)).toEqual(['one', 'two', 'three']);
  });

  it('hands a drained partition over without folding anything again', async () => {
    const { world: w, seen, start, outputs } = await chained(await fresh(1));
    const first = await start(RARELY);
    await w.publish(w.event('a', 'one'));
    await eventually(async () => expect(await outputs()).toHaveLength(1));

    await first.close();
    await start(RARELY);
    await w.publish(w.event('a', 'two'));

    await eventually(async () => expect(await outputs()).toHaveLength(2));
    expect(seen).toEqual(['one', 'two']);
  });
}

function damage(fresh: NewWorld): void {
  it('takes the snapshot before when the newest one is damaged, and publishes nothing again', async () => {
    const { world: w, seen, start, outputs } = await chained(await fresh(1));
    await start(SOON);
    await snapshotOf(w, 'one');
    await snapshotOf(w, 'two');
    await w.restart();
    const newest = (await pointerOf(w))?.bases[0]?.manifest;
    await w.blobs.delete(newest!.sha256);

    await start(SOON);
    await snapshotOf(w, 'three');

    expectOneChain(await outputs(), ['one', 'two', 'three']);
    expect(seen).toEqual(['one', 'two', 'two', 'three']);
  });

  it('says what to do when no snapshot can be read, and goes on by itself when they are back', async () => {
    const { world: w, start, outputs } = await chained(await fresh(1));
    await start(SOON);
    await snapshotOf(w, 'one');
    await w.restart();
    const manifest = (await pointerOf(w))!.bases[0]!.manifest!;
    const bytes = await w.blobs.get(manifest);
    await w.blobs.delete(manifest.sha256);

    const runtime = await start(SOON);
    await w.publish(w.event('a', 'two'));
    await eventually(() => expect([...runtime.problems.values()].join()).toContain('restore the blob store'));
    expect(await outputs()).toHaveLength(1);

    await w.blobs.put(bytes, manifest.mediaType);
    await eventually(async () => expect(await outputs()).toHaveLength(2));
    expectOneChain(await outputs(), ['one', 'two']);
    expect(runtime.problems.size).toBe(0);
  });

  it('removes the blobs of all but the last two snapshots', async () => {
    const { world: w, start } = await chained(await fresh(1));
    const there = new Set<string>();
    const blobs = new Proxy(w.blobs, {
      get: (target, name: keyof BlobStore) => {
        if (name === 'put') {
          return async (bytes: Uint8Array, mediaType: string) => {
            const ref = await target.put(bytes, mediaType);
            there.add(ref.sha256);
            return ref;
          };
        }
        return (target[name] as (...given: unknown[]) => unknown).bind(target);
      },
    });
    await start(SOON, { blobs });
    for (let index = 0; index < 8; index += 1) await snapshotOf(w, `e${index}`);

    await eventually(async () => {
      const left = await Promise.all([...there].map((each) => w.blobs.has(each)));
      const manifests = (await pointerOf(w))?.bases.length;
      expect(manifests).toBe(2);
      // Two manifests, and segments that halve in size.
      expect(left.filter(Boolean).length).toBeLessThanOrEqual(7);
    });
  });
}

function letters(fresh: NewWorld): void {
  it('leaves a dead letter out of the state, also when the tail is folded again, and takes it in when it is replayed', async () => {
    const w = await fresh(1);
    const { start, outputs, output } = await chained(w);
    const first = losable(w);
    await start(RARELY, first.parts);
    await w.publish(w.event('a', 'one'), w.event('a', 'bad'), w.event('a', 'two'));
    await eventually(async () => expect(await outputs()).toHaveLength(2));
    await first.kill();

    const runtime = w.runtime();
    const seen: string[] = [];
    runtime.subscribeStream({
      contracts: [w.contract],
      state: 'snapshot',
      snapshot: SOON,
      handler: async (batch, context) => {
        for (const item of batch) {
          if (labelOf(item.event) === 'bad') seen.push('bad');
          else await chaining(output, seen)([item], context);
        }
      },
    });
    await runtime.start();
    await snapshotOf(w, 'three');

    expect(seen).toEqual(['one', 'two', 'three']);
    expectOneChain(await outputs(), ['one', 'two', 'three']);
    const found = await listDeadLetters(w.log, { group: w.group });
    expect(found).toMatchObject([{ reason: 'permanent', errorCode: 'HEADROOM_SUITE_BAD', offset: '1' }]);
    await replayDeadLetter(w, found[0]!.id);
    await eventually(() => expect(seen).toEqual(['one', 'two', 'three', 'bad']));
  });
}

/** Defines what a stream subscription with snapshots owes. */
export function snapshotContract(fresh: NewWorld): void {
  recovery(fresh);
  takeOver(fresh);
  damage(fresh);
  letters(fresh);
}

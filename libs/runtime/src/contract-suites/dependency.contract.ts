import { expect, it } from '@jest/globals';
import { HeadroomError, topicOf } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { listDeadLetters } from '../delivery/dead-letter.js';
import { offsetKey } from '../delivery/keys.js';
import type { Dependency } from '../delivery/dependency.watch.js';
import type { TaskContext } from '../delivery/subscription.js';
import { getStreamState } from '../delivery/stream.state.js';
import type { ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { eventually } from './eventually.js';
import { labelOf, uniqueContract, uniqueName } from './fixtures.js';
import type { RuntimeWorld } from './runtime.world.js';

type GetWorld = () => RuntimeWorld;
type NewWorld = (partitions?: number) => Promise<RuntimeWorld>;

/** Log and store that can be taken away and given back. */
class Outage {
  readonly log: ReadableLog;
  readonly store: KeyValueStore;
  readonly #away = new Set<Dependency>();

  constructor(log: ReadableLog, store: KeyValueStore) {
    this.log = this.#switchable('log', log);
    this.store = this.#switchable('store', store);
  }

  begin(dependency: Dependency): void {
    this.#away.add(dependency);
  }

  end(dependency: Dependency): void {
    this.#away.delete(dependency);
  }

  #switchable<Part extends object>(dependency: Dependency, part: Part): Part {
    return new Proxy(part, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function' || name === 'close') return method;
        return async (...given: unknown[]): Promise<unknown> => {
          if (this.#away.has(dependency)) throw awayError(dependency);
          return Reflect.apply(method, target, given);
        };
      },
    });
  }
}

function awayError(dependency: Dependency): HeadroomError {
  const code = dependency === 'log' ? 'HEADROOM_LOG_AWAY' : 'HEADROOM_STORE_AWAY';
  return new HeadroomError(`the ${dependency} is away`, { code, retryable: true });
}

/** Collects the messages about dependencies and lanes. */
function listeningLogger(said: string[]): Logger {
  const note = (facts: unknown, message?: string): void => {
    const { dependency } = facts as { dependency?: Dependency };
    if (dependency !== undefined || message?.includes('lane')) said.push(`${dependency}: ${message}`);
  };
  const logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  return logger as unknown as Logger;
}

/** The same store, whose next transaction does what the test says. */
function nextTransaction(store: KeyValueStore, instead: () => Promise<unknown>): KeyValueStore {
  let pending = true;
  return new Proxy(store, {
    get: (target, name: keyof KeyValueStore) => {
      const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>;
      if (name !== 'transact') return method;
      return async (...given: unknown[]) => {
        if (!pending) return method(...given);
        pending = false;
        const result = await instead();
        return result ?? method(...given);
      };
    },
  });
}

/** Waits until a time has passed by the clock of the store. */
async function longerThan(ms: number, store: KeyValueStore): Promise<void> {
  const clock = uniqueName('clock');
  await store.acquire(clock, 'suite', ms);
  await eventually(async () => expect(await store.acquire(clock, 'suite', ms)).toMatchObject({ outcome: 'granted' }));
}

function outages(world: GetWorld): void {
  it.each(['log', 'store'] as const)(
    'starts nothing while the %s is away, says so once, and goes on',
    async (which) => {
      const w = world();
      const outage = new Outage(w.log, w.store);
      const said: string[] = [];
      const attempts: number[] = [];
      const runtime = w.runtime({ log: outage.log, store: outage.store, logger: listeningLogger(said) });
      runtime.subscribe({
        contract: w.contract,
        handler: (_event, context) => void attempts.push(context.deliveryAttempt),
      });
      await runtime.start();
      outage.begin(which);
      await eventually(() => expect(runtime.problems.get(which)).toBe(`the ${which} is away`));

      await w.publish(...Array.from({ length: 20 }, (_, index) => w.event(`key-${index}`)));
      const witness = w.runtime({ group: `${w.group}.witness` });
      let seen = 0;
      witness.subscribe({ contract: w.contract, handler: () => void (seen += 1) });
      await witness.start();
      await eventually(() => expect(seen).toBe(20));
      expect(attempts).toEqual([]);
      expect(runtime.ready).toBe(false);
      expect([...runtime.problems.keys()]).toEqual([which]);
      outage.end(which);

      await eventually(() => expect(attempts).toEqual(Array.from({ length: 20 }, () => 1)));
      await eventually(() => expect(runtime.ready).toBe(true));
      await eventually(async () => expect(await w.behind()).toBe(0n));
      expect(said).toEqual([`${which}: dependency away`, `${which}: dependency back`]);
    },
  );

  it('counts no attempt when a handler fails because the log is away, however long', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    const output = uniqueContract();
    await w.log.ensureTopics([{ ...output, name: output.topic }]);
    const attempts: number[] = [];
    const runtime = w.runtime({ log: outage.log });
    runtime.subscribe({
      contract: w.contract,
      deadlineMs: 50,
      handler: async (event, context) => {
        attempts.push(context.deliveryAttempt);
        if (attempts.length === 1) outage.begin('log');
        await context.publish(output, event.data, { step: 'out' });
      },
    });
    await runtime.start();
    await w.publish(w.event('a'));
    await eventually(() => expect(runtime.problems.has('log')).toBe(true));
    await longerThan(100, w.store);
    outage.end('log');

    const published = await w.follow(output.topic);
    await eventually(() => expect(published).toHaveLength(1));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts.every((attempt) => attempt === 1)).toBe(true);
    expect(await listDeadLetters(w.log, { group: w.group })).toEqual([]);
  });

  it('does not run a finished task again because the store was away when it ended', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    let runs = 0;
    const runtime = w.runtime({ store: outage.store });
    runtime.subscribe({
      contract: w.contract,
      handler: () => {
        runs += 1;
        outage.begin('store');
      },
    });
    await runtime.start();
    await w.publish(w.event('a'));
    await eventually(() => expect(runtime.problems.has('store')).toBe(true));

    outage.end('store');

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(runs).toBe(1);
  });
}

function starts(world: GetWorld): void {
  it('waits for a log that is away at the start, and says so', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    outage.begin('log');
    let handled = 0;
    const runtime = w.runtime({ log: outage.log });
    runtime.subscribe({ contract: w.contract, handler: () => void (handled += 1) });

    const started = runtime.start();
    await eventually(() => expect(runtime.problems.get('log')).toBe('the log is away'));
    expect([runtime.status, runtime.ready]).toEqual(['RUNNING', false]);
    await w.publish(w.event('a'));
    outage.end('log');

    await started;
    await eventually(() => expect(handled).toBe(1));
  });

  it('joins while the store is away, and works when it is there', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    outage.begin('store');
    let handled = 0;
    const runtime = w.runtime({ store: outage.store });
    runtime.subscribe({ contract: w.contract, handler: () => void (handled += 1) });
    await runtime.start();
    await w.publish(w.event('a'));
    expect([...runtime.problems.keys()]).toEqual(['store']);

    outage.end('store');

    await eventually(() => expect(handled).toBe(1));
  });

  it('takes up what was parked for a reason when the store is there, once', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    const seen: number[] = [];
    const handler = (_event: unknown, context: TaskContext): void => {
      seen.push(context.resumed);
      context.park('needs-model');
    };
    const first = w.runtime();
    first.subscribe({ contract: w.contract, handler });
    await first.start();
    await w.publish(w.event('a'));
    await eventually(async () => expect(await first.parked()).toHaveLength(1));
    await first.close();
    outage.begin('store');
    const runtime = w.runtime({ store: outage.store, parkedPollMs: 20 });
    runtime.subscribe({ contract: w.contract, handler });
    runtime.resumeParkedFor('another reason');
    runtime.resumeParkedFor('needs-model');
    await runtime.start();
    expect(seen).toEqual([0]);

    outage.end('store');

    await eventually(async () => expect(await runtime.parked()).toMatchObject([{ resumed: 1 }]));
    await eventually(async () => expect(await runtime.parked()).toMatchObject([{ resumeAtMs: undefined }]));
    expect(seen).toEqual([0, 1]);
  });

  it('makes further topics when the log is there', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    outage.begin('log');
    const further = uniqueContract();
    const runtime = w.runtime({ log: outage.log });
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    runtime.needTopics([topicOf(further)]);
    const started = runtime.start();
    await eventually(() => expect(runtime.problems.has('log')).toBe(true));

    outage.end('log');
    await started;

    expect(await w.log.topics()).toContain(further.topic);
  });

  it.each(['log', 'store'] as const)('stops while the %s is away', async (which) => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    outage.begin(which);
    const runtime = w.runtime({ log: outage.log, store: outage.store });
    runtime.subscribe({ contract: w.contract, handler: () => undefined });
    const started = runtime.start();
    await eventually(() => expect(runtime.problems.has(which)).toBe(true));

    await Promise.all([started, runtime.close()]);

    expect(runtime.status).toBe('STOPPED');
  });
}

function streams(world: GetWorld, fresh: NewWorld): void {
  it('folds a batch once whose write took effect although the store did not answer', async () => {
    const w = world();
    const outage = new Outage(w.log, w.store);
    let writes = 0;
    const store = new Proxy(outage.store, {
      get: (target, name: keyof KeyValueStore) => {
        const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>;
        if (name !== 'transact') return method;
        return async (...given: unknown[]) => {
          const result = await method(...given);
          writes += 1;
          if (writes === 1) throw awayError('store');
          return result;
        };
      },
    });
    const runtime = w.runtime({ store });
    runtime.subscribeStream({
      contracts: [w.contract],
      handler: async (batch, context) => {
        for (const { event } of batch) {
          const name = labelOf(event);
          context.put(name, ((await context.get<number>(name)) ?? 0) + 1);
        }
      },
    });
    await runtime.start();
    await w.publish(w.event('a', 'one'));
    await eventually(() => expect(writes).toBeGreaterThan(0));
    await w.publish(w.event('a', 'two'));

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await getStreamState(w.store, w.group, 'one')).toBe(1);
    expect(await getStreamState(w.store, w.group, 'two')).toBe(1);
    await eventually(() => expect(runtime.ready).toBe(true));
  });

  it('goes on behind what the member before it has still written', async () => {
    const w = await fresh(1);
    const folded: string[] = [];
    const key = offsetKey(w.group, { topic: w.contract.topic, partition: 0 });
    const store = nextTransaction(w.store, () => w.store.put(key, '1'));
    const runtime = w.runtime({ store });
    runtime.subscribeStream({
      contracts: [w.contract],
      maxBatch: 1,
      handler: (batch, context) => {
        for (const { event } of batch) folded.push(labelOf(event));
        context.put('last', folded.at(-1));
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'one'), w.event('a', 'two'));

    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(folded).toEqual(['one', 'two']);
    expect(await w.store.get(key)).toBe('2');
    expect(await getStreamState(w.store, w.group, 'last')).toBe('two');
  });
}

/** Defines what the runtime does when its log or its store is away. */
export function dependencyContract(world: GetWorld, fresh: NewWorld): void {
  outages(world);
  starts(world);
  streams(world, fresh);
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KeyValueStore } from '../store/key-value.port.js';
import { eventually } from './eventually.js';
import { uniqueName } from './fixtures.js';

/** A store under test. */
export interface StoreHarness {
  store: KeyValueStore;
  /** The same data through a new client, as after a restart. */
  reopen(): Promise<KeyValueStore>;
  close(): Promise<void>;
}

/** Defines the contract of a {@link KeyValueStore} for one implementation. */
export function keyValueContract(name: string, makeStore: () => Promise<StoreHarness>): void {
  describe(`key-value: ${name}`, () => {
    let harness: StoreHarness;
    let store: KeyValueStore;
    let key: string;

    beforeEach(async () => {
      harness = await makeStore();
      store = harness.store;
      key = uniqueName('suite');
    });

    afterEach(() => harness.close());

    it('keeps any JSON value, and tells null, empty and absent apart', async () => {
      const values = [null, '', 0, false, [], {}, { nested: [1, 'ü', { x: null }] }];

      for (const [index, value] of values.entries()) await store.put(`${key}.${index}`, value);

      for (const [index, value] of values.entries()) expect(await store.get(`${key}.${index}`)).toEqual(value);
      expect(await store.get(`${key}.none`)).toBeUndefined();
      await store.delete(`${key}.0`);
      expect(await store.get(`${key}.0`)).toBeUndefined();
    });

    it('puts a value only where there is none, and says what is there', async () => {
      expect(await store.putIfAbsent(key, { by: 1 })).toEqual({ created: true, value: { by: 1 } });
      expect(await store.putIfAbsent(key, { by: 2 })).toEqual({ created: false, value: { by: 1 } });
    });

    it('lists entries by prefix in the order of their keys', async () => {
      for (const name of ['b', 'a', 'ab']) await store.put(`${key}:${name}`, name);
      await store.put(`${key};z`, 'other');

      expect(await store.list(`${key}:`)).toEqual(
        ['a', 'ab', 'b'].map((each) => ({ key: `${key}:${each}`, value: each })),
      );
    });

    it('applies all operations of a transaction, or none when a check does not hold', async () => {
      await store.put(`${key}.old`, 1);

      const applied = await store.transact([
        { type: 'check', key: `${key}.old`, value: 1 },
        { type: 'check', key: `${key}.new`, value: undefined },
        { type: 'put', key: `${key}.new`, value: 2 },
        { type: 'delete', key: `${key}.old` },
      ]);
      const refused = await store.transact([
        { type: 'put', key: `${key}.new`, value: 3 },
        { type: 'check', key: `${key}.new`, value: 99 },
      ]);

      expect([applied, refused]).toEqual([true, false]);
      expect(await store.get(`${key}.new`)).toBe(2);
      expect(await store.get(`${key}.old`)).toBeUndefined();
    });

    it('grants a lease to one of many concurrent callers', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.acquire(key, `owner-${index}`, 60_000)),
      );

      const granted = answers.filter((answer) => answer.outcome === 'granted');
      const busy = answers.filter((answer) => answer.outcome === 'busy');
      expect([granted.length, busy.length]).toEqual([1, 49]);
      expect(busy[0]?.retryAfterMs).toBeGreaterThan(0);
    });

    it('renews only with the current token; tokens only grow', async () => {
      const tokens: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const answer = await store.acquire(key, 'owner', 60_000);
        if (answer.outcome !== 'granted') throw new Error(`not granted: ${answer.outcome}`);
        tokens.push(answer.token);
        expect(await store.renew(key, answer.token, 60_000)).toBe(true);
        expect(await store.renew(key, answer.token - 1, 60_000)).toBe(false);
        await store.release(key, answer.token);
      }

      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
      expect(await store.renew(key, tokens.at(-1) ?? 0, 60_000)).toBe(false);
    });

    it("expires a lease by the store's clock", async () => {
      const first = await store.acquire(key, 'slow', 150);
      if (first.outcome !== 'granted') throw new Error('not granted');

      const second = await eventually(async () => {
        const answer = await store.acquire(key, 'next', 60_000);
        if (answer.outcome !== 'granted') throw new Error('still busy');
        return answer;
      });

      expect(second.nowMs - first.nowMs).toBeGreaterThanOrEqual(150);
      expect(second.token).toBeGreaterThan(first.token);
      expect(await store.finish(key, first.token, 'late')).toBe(false);
      expect(await store.release(key, first.token)).toBe(false);
      expect(await store.finish(key, second.token, { state: 'done' })).toBe(true);
      expect(await store.acquire(key, 'third', 1)).toEqual({ outcome: 'finished', result: { state: 'done' } });
    });

    it('does not grant a released lease before it is due, and hands on its memo', async () => {
      const first = await store.acquire(key, 'owner', 60_000);
      if (first.outcome !== 'granted') throw new Error('not granted');
      await store.release(key, first.token, { delayMs: 200, memo: { failures: 2 } });

      expect(await store.acquire(key, 'owner', 60_000)).toMatchObject({ outcome: 'busy' });
      const second = await eventually(async () => {
        const answer = await store.acquire(key, 'owner', 60_000);
        if (answer.outcome !== 'granted') throw new Error('not yet');
        return answer;
      });

      expect(second.memo).toEqual({ failures: 2 });
      expect(second.nowMs - first.nowMs).toBeGreaterThanOrEqual(200);
    });

    it('opens a finished lease again on demand, with a newer token', async () => {
      const first = await store.acquire(key, 'owner', 60_000);
      if (first.outcome !== 'granted') throw new Error('not granted');
      await store.finish(key, first.token, 'dead');

      expect(await store.reopen(key)).toBe(true);

      const second = await store.acquire(key, 'owner', 60_000);
      expect(second).toMatchObject({ outcome: 'granted', memo: undefined });
      expect(second.outcome === 'granted' && second.token > first.token).toBe(true);
      expect(await store.reopen(key)).toBe(false);
    });

    it('gives a newer token also when the finished lease before it was forgotten', async () => {
      const first = await store.acquire(key, 'owner', 60_000);
      if (first.outcome !== 'granted') throw new Error('not granted');
      await store.finish(key, first.token, 'done', { retainMs: 1 });

      const second = await eventually(async () => {
        const answer = await store.acquire(key, 'owner', 60_000);
        if (answer.outcome !== 'granted') throw new Error('not forgotten yet');
        return answer;
      });

      expect(second.memo).toBeUndefined();
      expect(second.token).toBeGreaterThan(first.token);
      expect(await store.renew(key, first.token, 60_000)).toBe(false);
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('lets a key vanish after its time', async () => {
      await store.put(key, 1);

      expect(await store.expire(key, 50)).toBe(true);
      expect(await store.expire(`${key}.none`, 50)).toBe(false);

      await eventually(async () => expect(await store.get(key)).toBeUndefined());
      expect(await store.compareAndSet(key, undefined, 2)).toBe(true);
    });

    it('compares and sets atomically; survives reopen', async () => {
      await store.put(key, 0);
      const add = async (): Promise<void> => {
        for (;;) {
          const value = (await store.get<number>(key)) ?? 0;
          if (await store.compareAndSet(key, value, value + 1)) return;
        }
      };

      await Promise.all(Array.from({ length: 20 }, add));

      const reopened = await harness.reopen();
      expect(await reopened.get(key)).toBe(20);
      expect(await reopened.compareAndSet(key, 19, 0)).toBe(false);
      expect(await reopened.compareAndSet(key, 20, undefined)).toBe(true);
      expect(await reopened.get(key)).toBeUndefined();
    });
  });
}

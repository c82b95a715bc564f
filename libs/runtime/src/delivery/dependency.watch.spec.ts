import { afterEach, describe, expect, it } from '@jest/globals';
import { messageOf } from '@headroom/contracts';
import { eventually } from '../contract-suites/index.js';
import { DependencyWatch, type Dependency } from './dependency.watch.js';

const watches: DependencyWatch[] = [];

function watch(ping: () => Promise<void>, changes: string[]): DependencyWatch {
  const made = new DependencyWatch({
    pings: { log: () => Promise.resolve(), store: ping },
    everyMs: 5,
    answerWithinMs: 20,
    changed: (dependency: Dependency, error: unknown) =>
      void changes.push(`${dependency} ${error === undefined ? 'back' : messageOf(error)}`),
  });
  watches.push(made);
  return made;
}

afterEach(async () => {
  for (const each of watches.splice(0)) await each.stop();
});

describe('DependencyWatch', () => {
  it('knows after its start what is away, and tells when it is back', async () => {
    const changes: string[] = [];
    let away = true;
    const watching = watch(async () => {
      if (away) throw new Error('gone');
    }, changes);

    await watching.start();
    expect([watching.isAway('log'), watching.isAway('store')]).toEqual([false, true]);
    away = false;
    await watching.untilBack('store');

    expect(watching.isAway('store')).toBe(false);
    expect([...new Set(changes)]).toEqual(['store gone', 'store back']);
  });

  it('takes no answer for a failure, and asks again', async () => {
    const changes: string[] = [];
    let asked = 0;
    const watching = watch(() => {
      asked += 1;
      return asked === 1 ? new Promise(() => undefined) : Promise.resolve();
    }, changes);

    await watching.start();

    expect(changes).toEqual(['store The store gives no answer within 20 ms']);
    await watching.untilBack('store');
    expect(changes.at(-1)).toBe('store back');
  });

  it('asks once however many want to know at a time', async () => {
    let asked = 0;
    const watching = watch(async () => {
      asked += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }, []);

    await Promise.all([watching.look(), watching.look(), watching.look()]);

    expect(asked).toBe(1);
  });

  it('stops while a question is open, and lets go who waits', async () => {
    const changes: string[] = [];
    let asked = 0;
    const watching = watch(() => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('gone')) : new Promise(() => undefined);
    }, changes);
    await watching.start();
    await eventually(() => expect(asked).toBe(2));
    const waiting = watching.untilBack('store');

    await watching.stop();
    await waiting;

    expect(changes).toEqual(['store gone']);
  });
});

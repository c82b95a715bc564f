import { expect, it } from '@jest/globals';
import { caseCommanded, topicOf, type Commanded, type Finding, type HeadroomEvent } from '@headroom/contracts';
import { buildEvent } from '../events/publisher.js';
import { eventually } from './eventually.js';
import { labelOf, latch, uniqueContract } from './fixtures.js';
import type { RuntimeWorld } from './runtime.world.js';

/** What a person commands about the case of an event. */
function command(about: HeadroomEvent<Finding>, change: Partial<Commanded>): HeadroomEvent<Commanded> {
  const { kind, service, repository, subject, case: header } = about.data;
  const data = { kind, service, repository, subject, case: header, command: 'dismiss' as const, who: 'a person' };
  return buildEvent(caseCommanded, { ...data, ...change }, { source: '/suite' });
}

/** What a group does with the events of a case about which a person has decided. */
export function ordersContract(world: () => RuntimeWorld): void {
  it('leaves what is parked and what still comes of a dismissed case, until a new attempt', async () => {
    const w = world();
    const seen: string[] = [];
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: (event, context) => {
        seen.push(labelOf(event));
        if (labelOf(event) === 'waits') context.park('needs-model');
      },
    });
    await runtime.start();
    const waits = w.event('a', 'waits');
    await w.publish(waits);
    await eventually(async () => expect(await runtime.parked()).toHaveLength(1));

    await runtime.obey(command(waits, { command: 'dismiss' }));

    expect(await runtime.parked()).toEqual([]);
    await w.publish(w.event('a', 'late'), w.event('b', 'other'), w.event('a', 'anew', { attempt: 2 }));
    await eventually(() => expect(seen.toSorted()).toEqual(['anew', 'other', 'waits']));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(seen).not.toContain('late');
  });

  it('begins nothing of a snoozed case before its time, across a restart, or before it is resumed', async () => {
    const w = world();
    const seen: string[] = [];
    const start = async () => {
      const runtime = w.runtime();
      runtime.subscribe({ contract: w.contract, handler: (event) => void seen.push(labelOf(event)) });
      await runtime.start();
      return runtime;
    };
    const [due, later] = [w.event('a', 'due'), w.event('b', 'later')];
    const first = await start();
    await first.obey(command(due, { command: 'snooze', until: new Date(Date.now() + 600).toISOString() }));
    await first.obey(command(later, { command: 'snooze', until: new Date(Date.now() + 86_400_000).toISOString() }));
    await w.publish(due, later, w.event('c', 'other'));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(seen).not.toContain('later');
    expect(await first.parked()).toContainEqual(
      expect.objectContaining({ caseId: later.data.case.caseId, reason: 'snoozed', message: expect.any(String) }),
    );

    await w.restart();
    const second = await start();

    await eventually(() => expect(seen.toSorted()).toEqual(['due', 'other']));
    await second.obey(command(later, { command: 'resume' }));
    await eventually(() => expect(seen.toSorted()).toEqual(['due', 'later', 'other']));
    await eventually(async () => expect(await second.parked()).toEqual([]));
  });

  it.each(['dismiss', 'retry'] as const)(
    'tells running work of a case to stop on %s; it fails nothing',
    async (word) => {
      const w = world();
      const [out, commands] = [uniqueContract({ partitions: 1 }), uniqueContract({ partitions: 1 })];
      await w.log.ensureTopics([topicOf(out), topicOf(commands)]);
      const [started, stopped] = [latch(), latch()];
      let tries = 0;
      const runtime = w.runtime({ ordersPollMs: 20 });
      runtime.subscribe({
        contract: w.contract,
        handler: async (event, context) => {
          tries += 1;
          started.open();
          await new Promise((resolve) => {
            context.signal.addEventListener('abort', resolve, { once: true });
          });
          stopped.open();
          await context.publish(out, event.data, { step: 'finding.1' });
        },
      });
      runtime.subscribe({ contract: commands, handler: () => undefined });
      await runtime.start();
      const running = w.event('a', 'running');
      await w.publish(running);
      await started.opened;

      if (word === 'dismiss') await runtime.obey(command(running, { command: word }));
      else await runtime.publisher.publish(commands, w.event('a', 'anew', { attempt: 2 }).data);

      await stopped.opened;
      await eventually(async () => expect(await w.behind()).toBe(0n));
      expect(tries).toBe(1);
      expect(await w.deadLetters()).toEqual([]);
      expect(await w.log.read({ topic: out.topic, partition: 0 }, 0n, 10)).toEqual([]);
    },
  );

  it('publishes nothing of an ended case, even when the handler asks at once', async () => {
    const w = world();
    const out = uniqueContract({ partitions: 1 });
    await w.log.ensureTopics([topicOf(out)]);
    const runtime = w.runtime({ ordersPollMs: 86_400_000 });
    let asked = 0;
    runtime.subscribe({
      contract: w.contract,
      handler: async (event, context) => {
        await runtime.obey(command(event, { command: 'dismiss' }));
        asked += 1;
        await context.publish(out, event.data, { step: 'finding.1' });
      },
    });
    await runtime.start();

    await w.publish(w.event('a', 'running'));

    await eventually(() => expect(asked).toBe(1));
    await eventually(async () => expect(await w.behind()).toBe(0n));
    expect(await w.log.read({ topic: out.topic, partition: 0 }, 0n, 10)).toEqual([]);
    expect(await w.deadLetters()).toEqual([]);
  });

  it('runs a light handler beside an exclusive section', async () => {
    const w = world();
    const other = uniqueContract({ partitions: 1 });
    await w.log.ensureTopics([topicOf(other)]);
    const [alone, free, done] = [latch(), latch(), latch()];
    const runtime = w.runtime();
    runtime.subscribe({
      contract: w.contract,
      handler: (_event, context) =>
        context.exclusive(async () => {
          alone.open();
          await free.opened;
        }),
    });
    runtime.subscribe({ contract: other, light: true, handler: () => done.open() });
    await runtime.start();
    await w.publish(w.event('a'));
    await alone.opened;

    await runtime.publisher.publish(other, w.event('b').data);

    await done.opened;
    free.open();
    await eventually(async () => expect(await w.behind()).toBe(0n));
  });
}

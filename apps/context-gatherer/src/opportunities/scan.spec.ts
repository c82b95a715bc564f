import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { opportunityState, sha256, signalRaised } from '@headroom/contracts';
import { listDeadLetters, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { FIXED, ScanWorld, SUBJECT, WORDS } from '../testing/scan.world.js';
import { ScanMemory } from './scan.state.js';

lookFor(20_000);

let parts: EmbeddedParts;
let world: ScanWorld;

beforeEach(async () => {
  parts = await openMemory();
  world = await ScanWorld.open(parts);
});

afterEach(async () => {
  await world.close();
  await parts.close();
});

async function untilAnswered(): Promise<void> {
  const memory = new ScanMemory(parts.store);
  await eventually(async () => {
    expect((await parts.log.lag('context-gatherer')).every(({ lag }) => lag === 0n)).toBe(true);
    expect(await memory.asked()).toEqual([]);
  });
}

describe('a look at a service', () => {
  it('tells the catalogue what is in a real profile and the base branch, and when it is gone', async () => {
    await world.profile();
    const stage = await world.start();

    await world.ask(stage);

    await eventually(async () => expect(await world.states(opportunityState)).toHaveLength(1));
    const [found] = await world.states(opportunityState);
    expect(found).toMatchObject({
      service: 'web',
      repository: 'shop/web',
      status: 'found',
      found: {
        rank: 1,
        subject: SUBJECT,
        subjectContent: sha256(WORDS.trimEnd().replace('export ', '')),
        place: { path: 'src/words.mjs', line: 2 },
        skill: { name: 'regex-precompile' },
        certainty: 'rewrite',
      },
    });
    expect(found!.found!.share).toBeGreaterThan(0.01);
    expect(found!.found!.cores).toBeCloseTo(found!.found!.share * 0.5, 3);
    expect(await world.events(signalRaised)).toEqual([]);

    await world.commit({ 'src/words.mjs': FIXED });
    await world.ask(stage);

    // Another skill may find something in the new code: only what became of the first is looked at.
    const ofFound = async () => (await world.states(opportunityState)).filter(({ id }) => id === found!.id);
    await eventually(async () => expect((await ofFound()).map(({ status }) => status)).toEqual(['found', 'gone']));
  });

  it('tells nothing again where nothing has changed', async () => {
    await world.profile();
    const stage = await world.start();
    await world.ask(stage);
    await eventually(async () => expect(await world.states(opportunityState)).toHaveLength(1));

    await world.ask(stage);
    await untilAnswered();

    expect(await world.states(opportunityState)).toHaveLength(1);
  });

  it('happens on schedule by itself, once a window, also after a restart', async () => {
    await world.profile();
    await world.start({}, 10_000);
    const window = Math.floor(Date.now() / 600_000_000);
    await eventually(async () => expect(await new ScanMemory(parts.store).window('web')).toBe(window));
    expect(await world.states(opportunityState)).toHaveLength(1);
    await world.stop();
    await world.commit({ 'src/words.mjs': FIXED });

    const again = await world.start({}, 10_000);

    await world.ask(again, 'unknown');
    await untilAnswered();
    expect(await world.states(opportunityState)).toHaveLength(1);
  });

  it('finds nothing where the repository wants no opportunities, and takes back what it told', async () => {
    await world.profile();
    const stage = await world.start();
    await world.ask(stage);
    await eventually(async () => expect(await world.states(opportunityState)).toHaveLength(1));

    await world.commit({ '.headroom.yml': 'version: 1\nopportunities: off\n' });
    await world.ask(stage);

    await eventually(async () => expect((await world.states(opportunityState)).at(-1)?.status).toBe('gone'));
  });

  it('answers for a service that is not configured, or has no profile, without a dead letter', async () => {
    const stage = await world.start();

    await world.ask(stage, 'unknown');
    await world.ask(stage);

    await untilAnswered();
    expect(await world.states(opportunityState)).toEqual([]);
    expect(await listDeadLetters(parts.log)).toEqual([]);
  });

  it('takes back the opportunities of a service that is no longer configured', async () => {
    await world.profile();
    const stage = await world.start();
    await world.ask(stage);
    await eventually(async () => expect(await world.states(opportunityState)).toHaveLength(1));
    const memory = new ScanMemory(parts.store);
    await memory.remember('former', (await memory.last('web'))!);
    await memory.forget('web');
    await world.stop();

    await world.start({}, 10_000);

    await eventually(async () =>
      expect((await world.states(opportunityState)).some(({ status }) => status === 'gone')).toBe(true),
    );
    expect(await memory.last('former')).toBeUndefined();
  });
});

describe('standing permission', () => {
  const automatic = { skills: ['regex-precompile'], minimumSaving: 0.0001 };

  it('asks for a case as a person would, and says who allowed it, once', async () => {
    await world.profile();
    const stage = await world.start({ automatic });

    await world.ask(stage);

    await eventually(async () => expect(await world.events(signalRaised)).toHaveLength(1));
    const [first] = await world.events(signalRaised);
    expect(first!.data).toMatchObject({
      service: 'web',
      kind: 'opportunity-requested',
      repository: 'shop/web',
      subject: SUBJECT,
      subjectContent: sha256(WORDS.trimEnd().replace('export ', '')),
      skill: 'regex-precompile',
      requestedBy: 'standing permission of team search: opportunities.automatic of web',
    });
    await untilAnswered();
    await world.ask(stage);
    await untilAnswered();
    expect(new Set((await world.events(signalRaised)).map(({ id }) => id))).toEqual(new Set([first!.id]));
  });

  it('asks for nothing where the repository says no, whatever the operator allowed', async () => {
    await world.commit({ '.headroom.yml': 'version: 1\nopportunities: off\n' });
    await world.profile();
    const stage = await world.start({ automatic });

    await world.ask(stage);

    await untilAnswered();
    expect(await new ScanMemory(parts.store).last('web')).toBeDefined();
    expect(await world.events(signalRaised)).toEqual([]);
  });
});

import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { profileRecorded } from '@headroom/contracts';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { Redis } from 'ioredis';
import { recordedHistory, replay, traceparentFor } from '../recordings/recorded.history.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { eventually, proposedBranches } from '../test-host.js';
import { CLIENT, Deployment } from './deployment.js';
import { twiceAndLate } from './reordered.events.js';

const MEMBERS = {
  detector: 2,
  'context-gatherer': 2,
  'skill-executor': 2,
  verifier: 1,
  'pr-writer': 2,
  gateway: 2,
} as const;
const AT_REST: readonly string[] = ['proposed', 'parked'];
/** How far telemetry may come out of its order, in events. */
const REACH = 8;
const opportunity = 'src/search.ts:tokenize';

const services: (TestKafka | LocalRedis)[] = [];

afterAll(async () => {
  for (const each of services) await each.close();
});

interface Deployed {
  deployment: Deployment;
  redis: LocalRedis;
  recording: RecordedEvent[];
  bare: string;
}

async function deploy(): Promise<Deployed> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const { events: recording, bare } = recordedHistory('storefront', dir);
  const [kafka, redis] = await Promise.all([kafkaForTests(), LocalRedis.start()]);
  services.push(kafka, redis);
  const bus = `${kafka.url}&${CLIENT}`;
  const deployment = await Deployment.create({ dir, bus, store: redis.url, bare });
  return { deployment, redis, recording, bare };
}

/** Waits until so many cases have their proposal, or wait for a machine that is quiet enough to measure on. */
async function untilAtRest(deployment: Deployment, count: number): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const { cases } = await deployment.client.overview();
    return cases.filter(({ state }) => AT_REST.includes(state)).length >= count || undefined;
  };
  await eventually(`the end of ${count} cases`, look, 400_000, 1_000);
}

async function regressionsOf(deployment: Deployment): Promise<CaseView[]> {
  const { cases } = await deployment.client.overview();
  const found = cases.filter(({ kind }) => kind === 'regression');
  return Promise.all(found.map(async ({ caseId }) => (await deployment.client.details(caseId)).view));
}

const startedWork = (line: Record<string, unknown>): boolean => line['msg'] === 'task started';
const measuring = (line: Record<string, unknown>): boolean => line['phase'] === 'measure' && Number(line['round']) >= 2;

describe('every stage its own process, every event twice and late, each stage killed in its work', () => {
  let deployment: Deployment;
  let recording: RecordedEvent[];
  let bare: string;
  let regression: CaseView;

  beforeAll(async () => {
    ({ deployment, recording, bare } = await deploy());
    await deployment.startAll(MEMBERS);
  }, 180_000);

  afterAll(async () => {
    await deployment?.stop();
  });

  it('comes to the cases of the example, each with one branch and one proposal', async () => {
    await deployment.request(opportunity);
    const events = twiceAndLate(recording, REACH, 7);
    await replay(deployment, events.slice(0, events.length / 2));
    const [detector] = deployment.members('detector');
    await detector?.kill();
    await replay(deployment, events.slice(events.length / 2));
    const [gateway] = deployment.members('gateway');
    await gateway?.kill();

    await deployment.killAt('context-gatherer', startedWork);
    await deployment.killAt('skill-executor', startedWork);
    await deployment.killAt('verifier', measuring);
    await deployment.start('verifier');
    await deployment.killAt('pr-writer', startedWork);
    await untilAtRest(deployment, 2);
    await deployment.untilIdle();

    const { cases } = await deployment.client.overview();
    const proposed = cases.filter(({ state }) => state === 'proposed');
    expect(cases.map(({ kind }) => kind).toSorted()).toEqual(['opportunity', 'regression']);
    expect(cases.filter(({ state }) => !AT_REST.includes(state))).toEqual([]);
    const [found, ...others] = await regressionsOf(deployment);
    if (!found) throw new Error('there is no regression');
    regression = found;
    expect(others).toEqual([]);
    expect(regression.rootCause).toMatchObject({ status: 'named', deployment: 'd10' });
    expect(proposedBranches(bare).toSorted()).toEqual(proposed.map(({ branch }) => String(branch)).toSorted());
    expect(proposalsIn(deployment)).toEqual(proposed.map(({ caseId }) => caseId).toSorted());
    expect(await deployment.client.deadLetters()).toEqual([]);
  }, 900_000);

  it('publishes each event with one content, and one finding, draft, verdict and proposal a case', async () => {
    const contents = new Map<string, Set<string>>();
    const ids = new Map<string, Set<string>>();

    for (const event of await deployment.caseEvents()) {
      const { caseId } = (event.data as { case: { caseId: string } }).case;
      const kind = `${event.type} of ${caseId}`;
      contents.set(event.id, (contents.get(event.id) ?? new Set()).add(JSON.stringify(event.data)));
      ids.set(kind, (ids.get(kind) ?? new Set()).add(event.id));
    }

    expect([...contents.values()].filter((each) => each.size > 1)).toEqual([]);
    expect([...ids].filter(([, each]) => each.size > 1)).toEqual([]);
    // Finding, dossier, draft and verdict of both cases at least.
    expect(ids.size).toBeGreaterThanOrEqual(8);
  });

  it('keeps one trace from the completing profile to the proposal', () => {
    const profiles = recording.filter(({ event }) => event.type === profileRecorded.type);
    const traces = profiles.map(({ event }) => traceparentFor(event).slice(3, 35));

    expect(traces).toContain(regression.traceId);
    expect(new Set(regression.timeline.map((entry) => entry.traceparent?.slice(3, 35)))).toEqual(
      new Set([regression.traceId]),
    );
  });

  it('counts attempts and dead letters: so many as there were', async () => {
    const refused = { group: 'detector', topic: 'headroom.signal.raised.v1' };
    const before = await deployment.metric('headroom_dead_letters_total', refused);
    const tried = await deployment.metric('headroom_handler_attempts_total', { group: 'context-gatherer' });

    await deployment.log.append(
      ['one', 'two', 'three'].map((key) => ({
        topic: refused.topic,
        key: Buffer.from(key),
        value: Buffer.from('{ no json'),
        headers: [],
      })),
    );
    await deployment.requestUnknown(['unknown-a', 'unknown-b']);
    await eventually('the dead letters', async () =>
      (await deployment.client.deadLetters()).length === 3 ? true : undefined,
    );
    await deployment.untilIdle();

    expect(await deployment.metric('headroom_dead_letters_total', refused)).toBe(before + 3);
    expect(await deployment.metric('headroom_handler_attempts_total', { group: 'context-gatherer' })).toBe(tried + 2);
  }, 120_000);
});

const ONE_OF_EACH = {
  detector: 1,
  'context-gatherer': 1,
  'skill-executor': 1,
  verifier: 1,
  'pr-writer': 1,
  gateway: 1,
} as const;

describe('a store that is emptied in the middle of a case', () => {
  let deployment: Deployment;

  afterAll(async () => {
    await deployment?.stop();
  });

  it('still ends in one branch and one proposal', async () => {
    const made = await deploy();
    deployment = made.deployment;
    await deployment.startAll(ONE_OF_EACH);
    await replay(deployment, made.recording);
    const isMeasuring = (): true | undefined =>
      deployment.members('verifier').some(({ lines }) => lines.some(measuring)) || undefined;
    await eventually('the measurement', isMeasuring, 300_000);

    await emptied(made.redis);

    await untilAtRest(deployment, 1);
    await replay(deployment, made.recording);
    await deployment.untilIdle();
    const regressions = await regressionsOf(deployment);
    const proposed = regressions.filter(({ state }) => state === 'proposed');

    expect(regressions).toHaveLength(1);
    expect(proposedBranches(made.bare)).toEqual(proposed.map(({ branch }) => branch));
    expect(proposalsIn(deployment)).toEqual(proposed.map(({ caseId }) => caseId));
  }, 900_000);
});

/** Cases whose proposal is in the folder that the pr-writers share. */
function proposalsIn({ proposals }: Deployment): string[] {
  return existsSync(proposals) ? readdirSync(proposals).toSorted() : [];
}

/** Takes everything out of a Redis, as when its disk is lost. */
async function emptied(redis: LocalRedis): Promise<void> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
}

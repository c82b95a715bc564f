import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftConcluded } from '@headroom/contracts';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { caseOf, ScriptedModel } from '../model/model.installation.js';
import { KEY, KEY_VARIABLE, makeModelTarget, subjectOf } from '../model/model.target.js';
import { eventually } from '../test-host.js';
import { CLIENT, Deployment } from './deployment.js';

let kafka: TestKafka;
let redis: LocalRedis;
let model: ScriptedModel;
let deployment: Deployment;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  [kafka, redis, model] = await Promise.all([kafkaForTests(), LocalRedis.start(), ScriptedModel.start(dir)]);
  const { bare, configure } = await makeModelTarget(dir);
  const bus = `${kafka.url}&${CLIENT}`;
  deployment = await Deployment.create({ dir, bus, store: redis.url, bare, config: await configure(model.url) });
  await deployment.startAll({
    detector: 1,
    'context-gatherer': 1,
    'skill-executor': 1,
    verifier: 1,
    gateway: 1,
    'tool-server': 1,
  });
}, 180_000);

afterAll(async () => {
  await deployment?.stop();
  await Promise.all([kafka?.close(), redis?.close(), model?.stop()]);
}, 60_000);

describe('a deployed skill-executor', () => {
  const about = { name: 'killed' };

  /** Starts a member with a key, in place of those that run. */
  async function withModel(): Promise<void> {
    const started = await deployment.start('skill-executor', {
      ...deployment.toolsEnvironment,
      [KEY_VARIABLE]: KEY,
    });
    await started.untilReady();
  }

  it('lets a case wait for a key, and goes on with it when it is started with one', async () => {
    await deployment.request(subjectOf(about.name), { service: 'titles', skill: 'memoize-pure' });
    const waiting = await caseOf(deployment.client, about, ({ parked }) => parked !== undefined);
    expect(waiting.parked).toMatchObject({ stage: 'skill-executor', reason: 'needs-model' });
    expect(model.requests()).toEqual([]);

    for (const member of deployment.members('skill-executor')) expect(await member.stop()).toBe(0);
    await withModel();

    // The third call is not answered.
    await eventually('the third call', () => (model.calls(about.name).length === 3 ? true : undefined));
    expect(model.calls(about.name)).toEqual(['1 200', '2 200', '3 open']);
  }, 180_000);

  it('that is killed during a call repeats that call and no other, and drafts once', async () => {
    const before = model.requests(about.name);
    for (const member of deployment.members('skill-executor')) await member.kill();
    await withModel();
    const view = await caseOf(deployment.client, about, ({ verdict }) => verdict !== undefined);
    await deployment.untilIdle();

    expect(model.calls(about.name)).toEqual(['1 200', '2 200', '3 broken', '3 200', '4 200', '5 200']);
    const requests = model.requests(about.name);
    expect(requests[3]?.digest).toBe(before[2]?.digest);
    expect(new Set(requests.map(({ conversation }) => conversation)).size).toBe(1);
    expect(view).toMatchObject({ attempt: 1, verdict: 'no-benchmark', draft: { outcome: 'patch' } });
    const drafts = await deployment.eventsOf(draftConcluded);
    // The one that waited for a key, and the one with a patch.
    expect(drafts.map(({ data: { outcome, stopped } }) => stopped?.reason ?? outcome)).toEqual([
      'needs-model',
      'patch',
    ]);
    expect(await deployment.client.deadLetters()).toEqual([]);
  }, 240_000);
});

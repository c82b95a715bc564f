import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseSummary } from '@headroom/cases';
import { LocalKafka, LocalRedis } from '@headroom/testing';
import { opportunity } from '../case.events.js';
import { recordedHistory, replay } from '../recordings/recorded.history.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { eventually, proposedBranches } from '../test-host.js';
import { CLIENT, Deployment } from './deployment.js';
import type { StageProcess } from './stage.process.js';

const OUTAGE_MS = 60_000;
const STAGES = {
  detector: 1,
  'context-gatherer': 1,
  'skill-executor': 1,
  verifier: 1,
  'pr-writer': 1,
  gateway: 1,
} as const;

const nobody = { service: 'nobody', repository: 'example/nobody', subject: 'src/a.ts:b' };

let kafka: LocalKafka;
let redis: LocalRedis;
let deployment: Deployment;
let recording: RecordedEvent[];
let bare: string;

beforeAll(async () => {
  [kafka, redis] = await Promise.all([LocalKafka.start(), LocalRedis.start()]);
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  ({ events: recording, bare } = recordedHistory('storefront', dir));
  const bus = `kafka://${kafka.brokers.join(',')}?${CLIENT}`;
  deployment = await Deployment.create({ dir, bus, store: redis.url, bare, measured: false });
  await deployment.startAll(STAGES);
}, 180_000);

afterAll(async () => {
  await deployment?.stop();
  await kafka?.close();
  await redis?.close();
});

/** Lines of one member about a dependency. */
function linesAbout(member: StageProcess, dependency: string): string[] {
  return member.lines.filter((line) => line['dependency'] === dependency).map(({ msg }) => msg ?? '');
}

/** Waits until every member says in its readiness that the dependency is away, and is alive all the same. */
async function untilAllSay(words: string): Promise<void> {
  for (const member of deployment.members()) {
    await eventually(`"${words}" from ${member.stage}`, async () => {
      const { status, body } = await member.readiness();
      return status === 503 && body.includes(words) ? true : undefined;
    });
    expect(await member.isLive()).toBe(true);
  }
}

async function untilAllReady(): Promise<void> {
  for (const member of deployment.members()) await member.untilReady();
}

describe('a minute without a dependency', () => {
  it('is waited out when it is Kafka: said in readiness, logged once, nothing lost', async () => {
    await replay(deployment, recording.slice(0, recording.length / 3));
    const before = deployment.members().map(({ pid }) => pid);
    await kafka.stop();
    await untilAllSay('log away');
    await delay(OUTAGE_MS);
    await kafka.start();
    await untilAllReady();

    expect(deployment.members().map(({ pid }) => pid)).toEqual(before);
    for (const member of deployment.members()) {
      expect(linesAbout(member, 'log')).toEqual(['dependency away', 'dependency back']);
    }
  }, 300_000);

  it('is waited out when it is Redis: what comes meanwhile waits in the log, counted as lag', async () => {
    await deployment.untilIdle();
    await redis.stop();
    await untilAllSay('store away');
    await deployment.feed(recording.slice(recording.length / 3, (2 * recording.length) / 3));
    const findings = ['a', 'b', 'c'].map((anchor) => opportunity({ ...nobody, anchor }));
    await deployment.append(findings);
    await eventually('the lag', async () =>
      (await deployment.metric('headroom_lag_records', { group: 'context-gatherer' })) === findings.length
        ? true
        : undefined,
    );
    await delay(OUTAGE_MS);
    await redis.start();
    await untilAllReady();
    await deployment.untilIdle();

    for (const member of deployment.members()) {
      expect(linesAbout(member, 'store')).toEqual(['dependency away', 'dependency back']);
    }
  }, 300_000);

  it('leaves nothing out: the rest of the history leads to the case', async () => {
    await replay(deployment, recording.slice((2 * recording.length) / 3));
    const look = async (): Promise<CaseSummary | undefined> => {
      const { cases } = await deployment.client.overview();
      return cases.find(({ service, state }) => service === 'storefront' && state === 'stopped');
    };
    const found = await eventually('the end of the case', look, 400_000, 1_000);
    await deployment.untilIdle();

    expect(found).toMatchObject({ kind: 'regression', verdict: 'no-benchmark' });
    expect(proposedBranches(bare)).toEqual([]);
    expect(await deployment.client.deadLetters()).toEqual([]);
    expect(await deployment.stop()).toEqual(Object.keys(STAGES).map(() => 0));
  }, 600_000);
});

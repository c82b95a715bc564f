import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import type { HttpClient } from '@headroom/cli';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { loadSkills, type Skill } from '@headroom/skills';
import { CLIENT, Deployment } from './distributed/deployment.js';
import { replay } from './recordings/recorded.history.js';
import { expectedDrafts, type ExpectedDraft } from './skills/expected.drafts.js';
import { opportunitiesOf, regressionOf } from './skills/shop.events.js';
import { makeShop, type Shop } from './skills/shop.repository.js';
import { eventually, headroom, TestHost, untilIdle } from './test-host.js';

/** An installation, embedded or of many processes. */
interface Installation {
  client: HttpClient;
  /** Runs a command of `headroom` against it. */
  run: (...words: string[]) => ReturnType<typeof headroom>;
  untilIdle: () => Promise<void>;
}

const closing: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
}, 60_000);

async function embedded(dir: string, { config }: Shop): Promise<Installation> {
  const host = await TestHost.start({ dataDir: join(dir, 'data'), config });
  closing.push(() => host.stop());
  const run = (...words: string[]) => headroom([...words, '--data', host.dataDir]);
  return { client: host.client, run, untilIdle: () => untilIdle(host) };
}

async function distributed(dir: string, { config }: Shop): Promise<Installation> {
  const [kafka, redis]: [TestKafka, LocalRedis] = await Promise.all([kafkaForTests(), LocalRedis.start()]);
  closing.push(
    () => kafka.close(),
    () => redis.close(),
  );
  const deployment = await Deployment.create({ dir, bus: `${kafka.url}&${CLIENT}`, store: redis.url, config });
  closing.push(() => deployment.stop());
  await deployment.startAll({
    detector: 1,
    'context-gatherer': 1,
    'skill-executor': 1,
    verifier: 1,
    'pr-writer': 1,
    gateway: 1,
  });
  const [gateway] = deployment.members('gateway');
  const where = ['--url', gateway?.url ?? '', '--config', config, '--data', join(dir, 'client')];
  const env = { HEADROOM_TOKEN: deployment.environment['HEADROOM_TOKEN'] };
  const run = (...words: string[]) => headroom([...words, ...where], { env });
  return { client: deployment.client, run, untilIdle: () => deployment.untilIdle() };
}

/** Has a service scanned, then requests what was found, each by its id. */
async function requestAll(installation: Installation, service: string, subjects: readonly string[]): Promise<void> {
  const { client, run } = installation;
  expect(await run('opportunities', '--scan', '--service', service)).toMatchObject({ code: 0, stderr: '' });
  const found = await eventually(`the catalogue of ${service}`, async () => {
    const listed = await client.opportunities({ service });
    return subjects.every((subject) => listed.some((each) => each.subject === subject)) ? listed : undefined;
  });
  for (const { subject, skill } of expectedDrafts.filter((each) => each.service === service)) {
    const id = found.find((each) => each.subject === subject && each.skill.name === skill)?.id;
    expect({ subject, skill, id }).toMatchObject({ id: expect.stringMatching(/^opt-/) });
    expect(await run('request', id ?? '')).toMatchObject({ code: 0, stderr: '' });
  }
}

async function viewsOf({ client }: Installation): Promise<CaseView[]> {
  const { cases } = await client.overview();
  return Promise.all(cases.map(async ({ caseId }) => (await client.details(caseId)).view));
}

const kinds: [string, typeof embedded][] = [
  ['the embedded host', embedded],
  ['processes on Kafka and Redis', distributed],
];

describe.each(kinds)('skills on %s', (_kind, start) => {
  let installation: Installation;
  let shop: Shop;
  let views: CaseView[];
  let skills: readonly Skill[];

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
    shop = await makeShop(dir);
    ({ skills } = await loadSkills(resolve('../skills')));
    installation = await start(dir, shop);
    for (const service of ['orders', 'quotes', 'rates', 'feeds'] as const) {
      await replay(installation, regressionOf(service, shop));
    }
    await replay(installation, opportunitiesOf(shop));
    await installation.untilIdle();
    for (const service of ['labels', 'stock']) {
      const wanted = expectedDrafts.filter((each) => each.service === service);
      await requestAll(
        installation,
        service,
        wanted.map(({ subject }) => subject),
      );
    }
    await eventually('all cases', async () => {
      const { cases } = await installation.client.overview();
      return cases.length >= expectedDrafts.length || undefined;
    });
    await installation.untilIdle();
    views = await viewsOf(installation);
  }, 400_000);

  it('has one case of each function, and none that waits for a model', async () => {
    expect(views.map(({ subject }) => subject).toSorted()).toEqual(
      expectedDrafts.map(({ subject }) => subject).toSorted(),
    );
    expect(views.filter(({ parked }) => parked)).toEqual([]);
    expect(await installation.client.deadLetters()).toEqual([]);
  });

  it.each(expectedDrafts.map((each): [string, ExpectedDraft] => [each.skill, each]))(
    'drafts by %s',
    async (name, { kind, subject, outcome, patch, ends, cause }) => {
      const view = views.find((each) => each.subject === subject);
      const skill = skills.find((each) => each.name === name);

      expect(skill).toBeDefined();
      const used = { name, version: skill?.version, digest: skill?.digest };
      expect(view).toMatchObject({ kind, subject, draft: { outcome, skill: used } });
      expect(view?.draft?.model).toBeUndefined();
      const drafted = view?.patch && (await installation.client.getBlob(view.patch)).toString();
      expect(drafted).toBe(patch);
      if (cause) expect(view?.rootCause).toMatchObject({ status: 'named', ...cause(shop) });
      expect(view).toMatchObject(ends);
      if (patch === undefined) expect(view?.branch).toBeUndefined();
    },
  );
});

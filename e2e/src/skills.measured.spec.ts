import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { replay } from './recordings/recorded.history.js';
import { expectedDrafts } from './skills/expected.drafts.js';
import { opportunitiesOf, regressionOf } from './skills/shop.events.js';
import { makeShop, type Shop } from './skills/shop.repository.js';
import { eventually, headroom, proposedBranches, TestHost, untilIdle } from './test-host.js';

/** A measurement waits for others of the machine, and for the host to come to rest. */
const DEADLINE_MS = 600_000;
const SUBJECTS = ['services/orders/src/orders.ts:total', 'services/labels/labels/text.py:slug'];

let host: TestHost;
let shop: Shop;
let views: CaseView[];

async function requestSlug(subject: string): Promise<void> {
  const where = ['--data', host.dataDir];
  expect(await headroom(['opportunities', '--scan', '--service', 'labels', ...where])).toMatchObject({ code: 0 });
  const found = await eventually('the opportunity', async () =>
    (await host.client.opportunities({ service: 'labels' })).find((each) => each.subject === subject),
  );
  expect(await headroom(['request', found.id, ...where])).toMatchObject({ code: 0, stderr: '' });
}

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  shop = await makeShop(dir, { measured: ['orders', 'labels'] });
  host = await TestHost.start({ dataDir: join(dir, 'data'), config: shop.config });
  await replay(host, [...regressionOf('orders', shop), ...opportunitiesOf(shop)]);
  await requestSlug(SUBJECTS[1] ?? '');
  views = await eventually(
    'both verdicts',
    async () => {
      const { cases } = await host.client.overview();
      const all = await Promise.all(cases.map(async ({ caseId }) => (await host.client.details(caseId)).view));
      const judged = all.filter(({ verdict, parked }) => verdict !== undefined || parked !== undefined);
      return judged.length >= SUBJECTS.length ? all : undefined;
    },
    DEADLINE_MS - 60_000,
    1000,
  );
  await untilIdle(host);
  views = await Promise.all(views.map(async ({ caseId }) => (await host.client.details(caseId)).view));
}, DEADLINE_MS);

afterAll(async () => {
  await host?.stop();
}, 60_000);

describe('two skills in two languages, from events to proposals', () => {
  it.each(expectedDrafts.filter(({ subject }) => SUBJECTS.includes(subject)))(
    'proposes what $skill made of $subject, proven cheaper, on a branch of its own',
    ({ subject, skill, patch }) => {
      const view = views.find((each) => each.subject === subject);
      const branches = proposedBranches(shop.bare);

      expect(view).toMatchObject({ draft: { skill: { name: skill } } });
      if (view?.parked?.reason === 'noisy machine') {
        expect(branches).not.toContain(view.branch);
        return;
      }
      expect(view).toMatchObject({ state: 'proposed', verdict: 'improved', proposal: { branch: view?.branch } });
      expect(branches).toContain(view?.branch);
      const diff = execFileSync('git', ['-C', shop.bare, 'diff', '--no-ext-diff', 'main', view?.branch ?? ''], {
        encoding: 'utf8',
      });
      const lines = (text: string): string[] => text.split('\n').filter((line) => /^[+-]/.test(line));
      expect(lines(diff)).toEqual(lines(patch ?? ''));
    },
  );
});

import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { recordedHistory, replay, type HistoryName } from './recordings/recorded.history.js';
import { storefrontConfig } from './storefront.config.js';
import { eventually, TestHost, untilIdle } from './test-host.js';

/** What came of a recorded history: its regression cases at rest. */
interface Played {
  cases: CaseView[];
  git: (...args: string[]) => string;
}

const hosts: TestHost[] = [];

afterAll(async () => {
  for (const host of hosts) await host.stop();
});

async function play(name: HistoryName): Promise<Played> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const { events, bare } = recordedHistory(name, dataDir);
  const host = await TestHost.start({ dataDir, config: storefrontConfig });
  hosts.push(host);
  // One after another: the detector looks at the service after every event, as when they really come.
  for (const each of events) await replay(host, [each]);
  await eventually('the case', async () =>
    (await host.client.overview()).cases.find(({ kind }) => kind === 'regression'),
  );
  await untilIdle(host);
  const regressions = (await host.client.overview()).cases.filter(({ kind }) => kind === 'regression');
  const cases = await Promise.all(regressions.map(async (each) => (await host.client.details(each.caseId)).view));
  const git = (...args: string[]): string => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' }).trim();
  return { cases, git };
}

function branches(played: Played): string {
  return played.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom');
}

describe('another function made slow by another kind of change', () => {
  let played: Played;

  beforeAll(async () => {
    played = await play('slower-lookup');
  }, 400_000);

  it('is found, its commit named among innocent ones; no playbook repairs it and there is no model, so the case waits and says that', () => {
    const commit = played.git('log', '--format=%H', '--grep=^catalogue: find an article however', 'main');

    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(played.cases).toEqual([
      expect.objectContaining({
        subject: 'src/catalogue.ts:Catalogue.find',
        state: 'parked',
        rootCause: expect.objectContaining({ status: 'named', commit, deployment: 'd10' }),
        parked: expect.objectContaining({ stage: 'skill-executor', reason: 'needs-model' }),
      }),
    ]);
    const message = played.cases[0]?.parked?.message;
    expect(message).toContain(`log-sampling: The commit ${commit} wrote no log call`);
    expect(message).toContain('revert-root-cause: The revert may not be proposed. test/catalogue.test.ts');
    expect(played.cases[0]?.patch).toBeUndefined();
    expect(branches(played)).toBe('');
  });
});

describe('a shift that no single change explains', () => {
  let played: Played;

  beforeAll(async () => {
    played = await play('spread-out');
  }, 400_000);

  it('is found; no root cause is named, no patch is drafted', () => {
    expect(played.cases).toEqual([
      expect.objectContaining({
        subject: 'src/pricing.ts:quoteCart',
        state: 'abstained',
        rootCause: expect.objectContaining({ status: 'abstained', reason: 'no-dominant-change' }),
        stopped: expect.objectContaining({ stage: 'skill-executor' }),
      }),
    ]);
    expect(played.cases[0]?.rootCause?.commit).toBeUndefined();
    expect(played.cases[0]?.patch).toBeUndefined();
    expect(branches(played)).toBe('');
  });
});

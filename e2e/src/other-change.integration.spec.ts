import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { driveStorefront, storefrontConfig, type DrivenDeployment } from './storefront.drive.js';
import { eventually, TestHost } from './test-host.js';

const DEPLOYMENTS = 16;
/** Deployments before the one that makes the service slow, d10. */
const BEFORE = 9;

/** What came of a history that was played live: its regression cases at rest, or a machine too noisy to say. */
interface Played {
  /** False when fewer than 8 deployments before the change, or than 4 from it on, were measured on a quiet host. */
  judgeable: boolean;
  cases: CaseView[];
  git: (...args: string[]) => string;
}

const hosts: TestHost[] = [];

afterAll(async () => {
  for (const host of hosts) await host.stop();
});

async function play(variant: string): Promise<Played> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const dataDir = join(dir, 'data');
  const repository = join(dataDir, 'play', 'storefront.git');
  const host = await TestHost.start({ dataDir, config: storefrontConfig });
  hosts.push(host);
  const driven = await driveStorefront(['--variant', variant], {
    HEADROOM_DATA: dataDir,
    HEADROOM_PLAY_REPOSITORY: repository,
    HEADROOM_PLAY_WORK: join(dataDir, 'play', 'scratch'),
  });
  const service = await eventually('the last look', async () =>
    (await host.client.overview()).services.find((each) => each.deployments.measured === DEPLOYMENTS),
  );
  const judgeable = service.status === 'watching' && isJudgeable(driven);
  const cases = await eventually('the end of the case', async () => {
    const regressions = (await host.client.overview()).cases.filter(({ kind }) => kind === 'regression');
    if (regressions.length === 0 && judgeable) return undefined;
    const views = await Promise.all(regressions.map(async (each) => (await host.client.details(each.caseId)).view));
    return views.every(({ stopped, verdict }) => stopped ?? verdict) ? views : undefined;
  });
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
  return { judgeable, cases, git };
}

function isJudgeable(driven: readonly DrivenDeployment[]): boolean {
  const quiet = (part: readonly DrivenDeployment[]): number => part.filter((each) => each.quiet).length;
  return quiet(driven.slice(0, BEFORE)) >= 8 && quiet(driven.slice(BEFORE)) >= 4;
}

/** True when the machine was too noisy to judge: then there must be no case at all. */
function tooNoisy({ cases, judgeable }: Played): boolean {
  return !judgeable && cases.length === 0;
}

function branches(played: Played): string {
  return played.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom');
}

describe('another function made slow by another kind of change', () => {
  let played: Played;

  beforeAll(async () => {
    played = await play('slower-lookup');
  }, 400_000);

  it('is found, its commit named among innocent ones; nothing knows how to repair it, which the case says', () => {
    const commit = played.git('log', '--format=%H', '--grep=^catalogue: find an article however', 'main');
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(branches(played)).toBe('');
    if (tooNoisy(played)) return;

    expect(played.cases).toEqual([
      expect.objectContaining({
        subject: 'src/catalogue.ts:Catalogue.find',
        state: 'abstained',
        rootCause: expect.objectContaining({ status: 'named', commit, deployment: 'd10' }),
        stopped: expect.objectContaining({ stage: 'skill-executor', reason: 'no-log-call' }),
      }),
    ]);
    expect(played.cases[0]?.stopped?.message).toContain(commit);
    expect(played.cases[0]?.patch).toBeUndefined();
  });
});

describe('a shift that no single change explains', () => {
  let played: Played;

  beforeAll(async () => {
    played = await play('spread-out');
  }, 400_000);

  it('is found; no root cause is named, no patch is drafted', () => {
    expect(branches(played)).toBe('');
    if (tooNoisy(played)) return;

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
  });
});

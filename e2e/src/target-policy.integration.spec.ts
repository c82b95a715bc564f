import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { draftFor, opportunity } from './case.events.js';
import { patchOf } from './patch.maker.js';
import { makeTarget, targetFiles, type Target } from './target.repository.js';
import { eventually, headroom, proposedBranches, TestHost } from './test-host.js';

const words = targetFiles['src/words.ts'];
const subject = 'src/words.ts:countWords';
const tidier = words.replace("if (part !== '')", 'if (part.length > 0)');

let host: TestHost | undefined;

afterEach(async () => {
  await host?.stop();
}, 60_000);

async function hostOf(policy: string): Promise<{ started: TestHost; target: Target; dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const target = await makeTarget(dir, { files: { '.headroom.yml': policy } });
  const started = await TestHost.start({ dataDir: join(dir, 'data'), config: target.config });
  host = started;
  return { started, target, dir };
}

/** The end of a case whose candidate arrives by the bus. */
async function judged(policy: string): Promise<{ view: CaseView; target: Target }> {
  const { started, target, dir } = await hostOf(policy);
  const finding = opportunity({ service: 'words', repository: 'example/words', subject, anchor: policy });
  const text = await patchOf(join(dir, 'patch'), { 'src/words.ts': tidier });
  const patch = await started.client.putBlob(Buffer.from(text), 'text/x-diff');
  await started.client.publish([draftFor(finding, target.commit, patch)]);
  const view = await eventually('the verdict', async () => {
    const details = await started.client.details(finding.data.case.caseId).catch(() => undefined);
    return details?.view.verdict === undefined ? undefined : details.view;
  });
  return { view, target };
}

describe("a repository's own policy", () => {
  it('makes the verifier refuse what the operator alone would have let pass', async () => {
    const { view, target } = await judged('version: 1\npolicy: { maxChangedLines: 1 }\n');

    expect(view).toMatchObject({ state: 'rejected', verdict: 'policy-refused', stopped: { reason: 'too-many-lines' } });
    expect(proposedBranches(target.bare)).toEqual([]);
  }, 120_000);

  it('refuses every candidate while it cannot be read, and says where it is wrong', async () => {
    const { view } = await judged('version: 1\npolicy: { maxFile: 1 }\n');

    expect(view).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'target-policy-invalid' } });
    expect(view.stopped?.message).toContain('policy: unknown key "maxFile"');
  }, 120_000);

  it('leaves an opportunity alone where only regressions are wanted', async () => {
    const { started, target } = await hostOf('version: 1\nopportunities: off\n');

    const requested = await headroom(['request', subject, '--service', 'words', '--data', started.dataDir], {});
    const [anchor = ''] = /function countWords[^]*?\n\}/.exec(words) ?? [];
    const finding = opportunity({ service: 'words', repository: 'example/words', subject, anchor });
    await started.client.publish([finding]);
    const view = await eventually('the case that was published', async () => {
      const details = await started.client.details(finding.data.case.caseId).catch(() => undefined);
      return details?.view.state === 'abstained' ? details.view : undefined;
    });

    expect(requested.code).not.toBe(0);
    expect(requested.stderr).toContain('says opportunities: off');
    expect(view.stopped).toMatchObject({ stage: 'skill-executor', reason: 'opportunities-off' });
    expect(proposedBranches(target.bare)).toEqual([]);
  }, 120_000);
});

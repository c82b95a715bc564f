import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseData, proposalOpened } from '@headroom/contracts';
import { LocalForge } from './forge/local.forge.js';
import { PROPOSAL_AUTHOR, type ProposalResult, type WriteProposalInput } from './proposal.input.js';
import { writeProposal } from './proposal.writer.js';
import { notedAgain, notedCase, redrafted, unmeasuredCase } from './testing/noted.case.js';
import { judgedAgain, provenCase, type ProvenCase } from './testing/proven.case.js';

const run = promisify(execFile);
const NOTE = [
  '# Why it costs more',
  '',
  'It takes {{after}} per {{unitOfWork}}, {{growth}}, since two languages were **asked for**.',
  '- ask @everyone, see #12 and <b>https://evil.example</b>',
].join('\n');

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-note-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

function forgeOf({ bare }: ProvenCase): LocalForge {
  return new LocalForge({ location: bare, cacheDir: join(dir, 'cache'), proposalsDir: join(dir, 'proposals') });
}

function write(known: ProvenCase, more: Partial<WriteProposalInput> = {}): Promise<ProposalResult> {
  const { event, blobs, trustedKeys } = known;
  return writeProposal({ event, blobs, trustedKeys, forge: forgeOf(known), ...more });
}

async function opened(known: ProvenCase): Promise<ProposalResult & { outcome: 'opened' }> {
  const result = await write(known);
  if (result.outcome !== 'opened') throw new Error(`not opened: ${JSON.stringify(result)}`);
  return result;
}

async function branches({ bare }: ProvenCase): Promise<string[]> {
  const { stdout } = await run('git', [`--git-dir=${bare}`, 'for-each-ref', '--format=%(refname:short)', 'refs/heads']);
  return stdout.split('\n').filter(Boolean);
}

describe('a note', () => {
  it('is a proposal without a branch, addressed to the author of the cause, that says that nothing was measured', async () => {
    const known = await notedCase(join(dir, 'origin'), NOTE, {
      kind: 'regression',
      reviewers: [{ who: 'search@web.example', why: 'author of the root cause' }],
      draft: {
        alternatives: [
          { outcome: 'config', title: 'Answer on demand', cost: 'one setting', risk: '', expectedSaving: 'most of it' },
        ],
        hypotheses: [{ text: 'Few read them.', confidence: 0.4, refutedBy: 'Half of the requests do.' }],
      },
    });

    const { proposal, branchStatus } = await opened(known);
    const text = await readFile(proposal.location, 'utf8');

    const header = { ...known.event.data.case, step: 'proposal.1' };
    expect(parseData(proposalOpened, { case: header, ...proposal })).toMatchObject({
      form: 'note',
      verdict: 'nothing-to-measure',
      branch: 'main',
      commit: known.baseCommit,
      base: { branch: 'main', commit: known.baseCommit },
      title: 'note(web): The cost buys the answers in two more languages (nothing measured, nothing changes)',
      reviewers: [{ who: 'search@web.example' }],
    });
    expect(branchStatus).toBe('none');
    expect(await branches(known)).toEqual(['main']);
    expect(text).toContain('**A note. Nothing was measured, and nothing changes by itself.**');
    expect(text).toContain('### Why it costs more\n\nIt takes 60.0 µs per request, +50.0 %, since');
    expect(text).toContain('**asked for**');
    expect(text).toContain('- ask &#64;everyone, see &#35;12 and &lt;b&gt;https&#58;//evil.example&lt;/b&gt;');
    expect(text).toContain(
      '1. Answer on demand (config)\n   - cost: one setting\n   - expected saving, not measured: most of it',
    );
    expect(text).toMatch(/## Hypotheses, not shown\n\n- Few read them\. \(believed to 40/);
    expect(text).not.toContain('git fetch');
  });

  it('is the same one when the event arrives again', async () => {
    const known = await notedCase(join(dir, 'origin'), NOTE, { kind: 'regression' });

    const first = await opened(known);
    const again = await opened(notedAgain(known, NOTE));

    expect(again.proposal).toEqual(first.proposal);
    expect((await readdir(join(dir, 'proposals', known.record.case.caseId))).sort()).toEqual([
      'evidence.json',
      'proposal.md',
      'series.svg',
    ]);
  });

  it('takes the place of the branch that an earlier attempt left', async () => {
    const known = await provenCase(join(dir, 'origin'), { kind: 'regression' });
    const { proposal: change } = await opened(known);
    const later = { ...known, draft: { ...known.draft, case: { ...known.draft.case, attempt: 2 } } };
    const noted = notedAgain(later, NOTE);

    const { proposal } = await opened(noted);

    expect(await branches(known)).not.toContain(change.branch);
    expect(await readFile(proposal.location, 'utf8')).toMatch(/^# note\\?\(web\\?\)/);
    expect(await write(notedAgain(known, NOTE))).toMatchObject({ outcome: 'superseded' });
  });

  it('is not replaced by what comes late, or comes for the same attempt', async () => {
    const known = await provenCase(join(dir, 'origin'), { kind: 'regression' });
    const later = { ...known, draft: { ...known.draft, case: { ...known.draft.case, attempt: 2 } } };
    const { proposal } = await opened(notedAgain(later, NOTE));
    const text = await readFile(proposal.location, 'utf8');

    const change = await write(known);
    const changeOfSame = await write(await judgedAgain(known, { kind: 'regression', attempt: 2 }));
    const other = await write(notedAgain(later, 'Another text.'));

    for (const result of [change, changeOfSame, other]) expect(result).toMatchObject({ outcome: 'superseded' });
    expect(await branches(known)).toEqual(['main']);
    expect(await readFile(proposal.location, 'utf8')).toBe(text);
  });

  it('does not replace a change of the same attempt', async () => {
    const known = await provenCase(join(dir, 'origin'), { kind: 'regression' });
    const { proposal } = await opened(known);

    expect(await write(notedAgain(known, NOTE))).toMatchObject({ outcome: 'superseded' });
    expect(await branches(known)).toContain(proposal.branch);
    expect((await opened(known)).proposal).toEqual(proposal);
  });

  it('is closed with its reason', async () => {
    const known = await notedCase(join(dir, 'origin'), NOTE, { kind: 'regression' });
    const { proposal } = await opened(known);
    const { caseId } = known.record.case;

    const closed = await forgeOf(known).closeProposal({
      caseId,
      branch: 'headroom/web/none',
      base: 'main',
      author: PROPOSAL_AUTHOR,
      why: 'We know.',
    });

    expect(closed).toMatchObject({ status: 'closed' });
    expect(await readFile(proposal.location, 'utf8')).toMatch(/^> \*\*Closed\.\*\* We know\./);
  });

  it('is not opened from a text that was not judged, or a record that was not signed for it', async () => {
    const known = await notedCase(join(dir, 'origin'), NOTE, { kind: 'regression' });
    const other = known.blobs.keep('Another text.', 'text/markdown');
    known.event.data.note = other;

    expect(await write(known)).toMatchObject({ outcome: 'refused', reason: 'event-mismatch' });
  });

  it('is withheld where the repository does not want the skill any more', async () => {
    const known = await notedCase(join(dir, 'origin'), NOTE, { kind: 'regression' });
    const policy = { disabledSkills: ['regex-precompile'], opportunities: 'on', notes: [] };

    const result = await write(known, {
      policy: () =>
        Promise.resolve(policy as unknown as Awaited<ReturnType<NonNullable<WriteProposalInput['policy']>>>),
    });

    expect(result).toMatchObject({ outcome: 'withheld', stop: { reason: 'skill-disabled' } });
  });
});

describe('a revert that was not measured', () => {
  it('says so in its title, its commit and its text, and shows no figure', async () => {
    const known = unmeasuredCase(
      await provenCase(join(dir, 'origin'), { kind: 'regression' }),
      'Reverts the pattern per word.',
    );

    const { proposal } = await opened(known);
    const text = await readFile(proposal.location, 'utf8');

    expect(proposal).toMatchObject({
      form: 'change',
      verdict: 'unmeasured',
      title: 'revert(web): revert the pattern per word (behaviour-preserving, unmeasured)',
    });
    expect(await branches(known)).toContain(proposal.branch);
    expect(text).toContain('**Behaviour-preserving, unmeasured.**');
    expect(text).not.toContain('## Evidence');
    expect(text).not.toContain('CPU per operation');
  });

  it('does not call what it brings back the behaviour of the base', async () => {
    const proven = await provenCase(join(dir, 'origin'), { kind: 'regression' });
    const subject = 'src/tokenize.ts:tokenize';
    const difference = { of: 'return' as const, subject, message: 'It returns digits too.' };
    const restored = { commit: proven.baseCommit, differences: [difference] };
    const record = { ...proven.record, differential: { ...proven.record.differential!, restored } };
    const known = unmeasuredCase({ ...proven, record }, 'Reverts the pattern per word.');

    const { proposal } = await opened(known);
    const text = await readFile(proposal.location, 'utf8');

    expect(proposal.title).toBe('revert(web): revert the pattern per word (behaviour as before the cause, unmeasured)');
    expect(text).toContain('**Behaviour as before the cause, unmeasured.**');
    expect(text).toMatch(
      /errors equal but for what is named next\.[^]*Other than on the base[^\n]*`src\/tokenize\.ts:tokenize`/,
    );
    expect(text).toContain('Allowed effect: none beyond that.');
    expect(text).not.toMatch(/behaviour-preserving|stay as they are/i);
  });
});

describe('a change of configuration that was not measured', () => {
  it('claims no comparison of functions that there are not', async () => {
    const proven = await provenCase(join(dir, 'origin'), { kind: 'regression' });
    const record = { ...proven.record, differential: { ...proven.record.differential!, functions: [] } };

    const { proposal } = await opened(unmeasuredCase({ ...proven, record }, 'Sets cache.entries back.', 'config'));
    const text = await readFile(proposal.location, 'utf8');

    expect(proposal.title).toBe('config(web): set cache.entries back (behaviour-preserving, unmeasured)');
    expect(text).toContain(
      'The changed files have no functions whose results could be compared. Log records: 120 on base',
    );
    expect(text).not.toContain('0 functions');
  });
});

describe('a further candidate of a draft', () => {
  it('is proposed with its own summary and files', async () => {
    const known = await provenCase(join(dir, 'origin'));
    const { blobs } = known;
    const second = { patch: known.draft.patch!, files: ['src/tokenize.ts'], summary: 'Moves one pattern.' };
    const draft = { ...known.draft, patch: blobs.keep('another', 'text/x-diff'), candidates: [second] };

    const { proposal } = await opened(redrafted(known, draft));
    const stranger = await write(redrafted(known, { ...draft, candidates: [] }));

    expect(proposal.title).toBe('perf(web): move one pattern (−27.0 % CPU per operation)');
    expect(stranger).toMatchObject({ outcome: 'refused', reason: 'draft-mismatch' });
  });
});

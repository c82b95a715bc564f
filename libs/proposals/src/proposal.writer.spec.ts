import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseData, proposalOpened, type Verification } from '@headroom/contracts';
import { signEvidence, type EvidenceRecord } from '@headroom/verification';
import type { BranchRequest, BranchResult, ProposalFiles, ProposalPlace } from './forge/forge.js';
import { LocalForge } from './forge/local.forge.js';
import { PROPOSAL_AUTHOR, type ProposalResult } from './proposal.input.js';
import { writeProposal } from './proposal.writer.js';
import {
  eventOf,
  judgedAgain,
  patchNaming,
  provenCase,
  signed,
  type ProvenCase,
  type ProvenCaseOptions,
} from './testing/proven.case.js';

const run = promisify(execFile);
const installRefused = { reason: 'install-scripts', message: 'Scripts of this command cannot be switched off.' };

let dir: string;
let proposalsDir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-proposals-'));
  proposalsDir = join(dir, 'proposals');
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function git(bare: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', [`--git-dir=${bare}`, ...args], {
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });
  return stdout.trim();
}

async function branches(bare: string): Promise<string[]> {
  const listed = await git(bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom/');
  return listed.split('\n').filter(Boolean);
}

function forgeOf(known: Pick<ProvenCase, 'bare'>): LocalForge {
  return new LocalForge({ location: known.bare, cacheDir: join(dir, 'cache'), proposalsDir });
}

function write(known: ProvenCase, forge = forgeOf(known)): Promise<ProposalResult> {
  const { event, blobs, trustedKeys } = known;
  return writeProposal({ event, blobs, trustedKeys, forge });
}

async function opened(known: ProvenCase, forge?: LocalForge): Promise<ProposalResult & { outcome: 'opened' }> {
  const result = await write(known, forge);
  if (result.outcome !== 'opened') throw new Error(`not opened: ${JSON.stringify(result)}`);
  return result;
}

function prove(options?: ProvenCaseOptions): Promise<ProvenCase> {
  return provenCase(join(dir, 'origin'), options);
}

function withData(known: ProvenCase, change: Partial<Verification>): ProvenCase {
  return { ...known, event: eventOf({ ...known.event.data, ...change }) };
}

/** The same event with another record in place of its own, signed with the given key. */
function withRecord(known: ProvenCase, record: EvidenceRecord, key = known.privateKey): ProvenCase {
  return withData(known, { evidence: known.blobs.keep(signed(record, key), 'application/json') });
}

describe('writeProposal', () => {
  it('opens one branch with one commit that holds exactly the verified tree', async () => {
    const known = await prove();

    const { proposal, branchStatus } = await opened(known);

    expect(branchStatus).toBe('created');
    expect(await branches(known.bare)).toEqual([proposal.branch]);
    expect(proposal.branch).toBe(`headroom/web/opportunity-${known.record.case.caseId.slice(4, 16)}`);
    expect(await git(known.bare, 'rev-list', `main..${proposal.branch}`)).toBe(proposal.commit);
    expect(await git(known.bare, 'rev-parse', `${proposal.branch}^{tree}`)).toBe(known.record.head?.tree);
    expect(await git(known.bare, 'log', '-1', '--format=%an %ae %cn %ce %aI', proposal.branch)).toBe(
      'Headroom headroom@localhost Headroom headroom@localhost 2026-11-02T12:07:30+00:00',
    );
    expect(
      await git(known.bare, 'log', '-1', '--format=%(trailers:key=Headroom-Case,valueonly)', proposal.branch),
    ).toBe(known.record.case.caseId);
  });

  it('gives the data of a valid proposal.opened event', async () => {
    const known = await prove();

    const { proposal } = await opened(known);

    const header = { ...known.event.data.case, step: 'proposal.1' };
    expect(parseData(proposalOpened, { case: header, ...proposal })).toMatchObject({
      title: 'perf(web): move one regular expression out of tokenize (−27.0 % CPU per operation)',
      evidence: known.event.data.evidence,
      reviewers: [{ who: 'search@web.example' }],
    });
    expect(known.blobs.content.get(proposal.body.sha256)?.toString()).toBe(await readFile(proposal.location, 'utf8'));
  });

  it('gives the same single branch, commit and files when the event arrives again', async () => {
    const known = await prove({ kind: 'regression' });

    const first = await opened(known);
    const folder = join(proposalsDir, known.record.case.caseId);
    const before = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    const second = await opened(known);
    const after = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));

    expect(second.branchStatus).toBe('exists');
    expect(second.proposal).toEqual(first.proposal);
    expect(after).toEqual(before);
    expect(await branches(known.bare)).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual([
      'evidence.json',
      'patch.diff',
      'proposal.md',
      'samples.svg',
      'series.svg',
    ]);
  });

  it('closes it with its reason, as often as it is asked to, and opens it again for a new attempt', async () => {
    const known = await prove();
    const { proposal } = await opened(known);
    const { caseId } = known.record.case;
    const request = { caseId, branch: proposal.branch, base: 'main', author: PROPOSAL_AUTHOR };

    const first = await forgeOf(known).closeProposal({ ...request, why: 'Not now.' });
    const again = await forgeOf(known).closeProposal({ ...request, why: 'Not now.' });

    expect(first).toEqual({ status: 'closed', location: proposal.location });
    expect(again).toEqual(first);
    expect(await branches(known.bare)).toEqual([]);
    expect(await readFile(proposal.location, 'utf8')).toMatch(/^> \*\*Closed\.\*\* Not now\.\n\n# perf(?!.*Closed)/);
    expect(await forgeOf(known).closeProposal({ ...request, caseId: 'opp-00000000000000000000', why: '' })).toEqual({
      status: 'missing',
    });
    const later = await opened(await judgedAgain(known, { attempt: 2, patch: patchNaming('LETTERS') }));
    expect(later.branchStatus).toBe('created');
    expect(await readFile(proposal.location, 'utf8')).not.toContain('Closed');
  });

  it('withholds what the repository does not want any more since it was verified', async () => {
    const known = await prove();
    const policy = { maxFiles: 10, maxChangedLines: 400, protect: ['src/**'] };
    const wanted = {
      policy,
      minimumEffect: 0.01,
      disabledSkills: [],
      opportunities: 'on' as const,
      model: 'on' as const,
      notes: [],
    };
    const { event, blobs, trustedKeys } = known;
    const withPolicy = (change: Partial<typeof wanted>) =>
      writeProposal({
        event,
        blobs,
        trustedKeys,
        forge: forgeOf(known),
        policy: () => Promise.resolve({ ...wanted, ...change }),
      });

    expect(await withPolicy({})).toMatchObject({ outcome: 'withheld', stop: { reason: 'protected-path' } });
    expect(await withPolicy({ opportunities: 'off' as never })).toMatchObject({
      outcome: 'withheld',
      stop: { reason: 'opportunities-off', message: expect.stringContaining('regressions only') },
    });
    expect(await branches(known.bare)).toEqual([]);
    expect(await withPolicy({ policy: { ...policy, protect: [] } })).toMatchObject({ outcome: 'opened' });
  });

  it('makes the same commit in another clone of the same history', async () => {
    const known = await prove();
    const { proposal } = await opened(known);
    await git(known.bare, 'branch', '-D', proposal.branch);
    await rm(proposalsDir, { recursive: true });
    await rm(join(dir, 'cache'), { recursive: true });

    expect((await opened(known)).proposal.commit).toBe(proposal.commit);
  });

  it('keeps the first record that it acted on when the verifier measured again', async () => {
    const known = await prove();
    const first = await opened(known);
    const again = await judgedAgain(known, { seed: 9 });

    const second = await opened(again);

    expect(again.event.data.evidence?.sha256).not.toBe(known.event.data.evidence?.sha256);
    expect(second.proposal).toEqual(first.proposal);
  });

  it('reuses a branch with the same tree when only the text is missing, whichever record comes then', async () => {
    const known = await prove();
    const first = await opened(known);
    await rm(proposalsDir, { recursive: true });

    const second = await opened(await judgedAgain(known, { seed: 9 }));

    expect(second).toMatchObject({ branchStatus: 'exists', proposal: { commit: first.proposal.commit } });
    expect(await git(known.bare, 'rev-list', '--count', `main..${first.proposal.branch}`)).toBe('1');
  });

  it('regenerates its one commit for a higher attempt with another patch, and stays there', async () => {
    const known = await prove();
    const first = await opened(known);
    const later = await judgedAgain(known, { attempt: 2, patch: patchNaming('LETTERS') });

    const second = await opened(later);
    const late = await write(known);

    expect(second.branchStatus).toBe('updated');
    expect(second.proposal.branch).toBe(first.proposal.branch);
    expect(await git(known.bare, 'rev-list', '--count', `main..${first.proposal.branch}`)).toBe('1');
    expect(late).toMatchObject({ outcome: 'superseded' });
    expect(await git(known.bare, 'rev-parse', first.proposal.branch)).toBe(second.proposal.commit);
    expect(await readFile(join(proposalsDir, known.record.case.caseId, 'patch.diff'), 'utf8')).toContain('LETTERS');
  });

  it('says when there is nothing to propose', async () => {
    const known = await prove({ installRefused });

    expect(await write(known)).toEqual({ outcome: 'nothing-to-propose', verdict: 'install-failed' });
    expect(await branches(known.bare)).toEqual([]);
  });
});

describe('writeProposal, stopped in the middle', () => {
  class StoppingForge extends LocalForge {
    after = '';

    override async upsertBranch(request: BranchRequest): Promise<BranchResult> {
      if (this.after === 'nothing') throw new Error('stopped');
      const result = await super.upsertBranch(request);
      if (this.after === 'branch') throw new Error('stopped');
      return result;
    }

    override async upsertProposal(caseId: string, files: ProposalFiles): Promise<ProposalPlace> {
      if (this.after === '') return await super.upsertProposal(caseId, files);
      const names = [...files.keys()];
      await super.upsertProposal(caseId, new Map([...files].slice(0, names.indexOf(this.after as never) + 1)));
      const folder = join(proposalsDir, caseId);
      await writeFile(join(folder, '.proposal.md.0.partial'), 'half');
      throw new Error('stopped');
    }
  }

  it.each(['nothing', 'branch', 'samples.svg', 'patch.diff', 'evidence.json', 'proposal.md'])(
    'goes on after it was stopped behind %s: one branch, one commit, one whole proposal',
    async (after) => {
      const known = await prove();
      const forge = new StoppingForge({ location: known.bare, cacheDir: join(dir, 'cache'), proposalsDir });
      forge.after = after;
      await expect(write(known, forge)).rejects.toThrow('stopped');
      const text = join(proposalsDir, known.record.case.caseId, 'proposal.md');
      expect(existsSync(text)).toBe(after === 'proposal.md');
      forge.after = '';

      const { proposal } = await opened(known, forge);

      expect(await branches(known.bare)).toEqual([proposal.branch]);
      expect(await git(known.bare, 'rev-list', '--count', `main..${proposal.branch}`)).toBe('1');
      expect((await readdir(join(proposalsDir, known.record.case.caseId))).sort()).toEqual([
        'evidence.json',
        'patch.diff',
        'proposal.md',
        'samples.svg',
      ]);
    },
  );
});

describe('writeProposal, given what it must not believe', () => {
  type Change = (known: ProvenCase) => ProvenCase | Promise<ProvenCase>;
  const other = 'e'.repeat(40);

  it.each<[string, string, Change]>([
    ['no record', 'unsigned', (known) => withData(known, { evidence: undefined })],
    [
      'a record signed by somebody else',
      'signature-invalid',
      (known) => withRecord(known, known.record, generateKeyPairSync('ed25519').privateKey),
    ],
    [
      'a record of an unknown signer',
      'signer-unknown',
      (known) => {
        const key = generateKeyPairSync('ed25519').privateKey;
        return withRecord(known, { ...known.record, signer: 'ed25519:0' }, key);
      },
    ],
    [
      'a record that is not signed',
      'schema-invalid',
      (known) =>
        withData(known, { evidence: known.blobs.keep(JSON.stringify({ record: known.record }), 'application/json') }),
    ],
    [
      'a record that was changed after it was signed',
      'signature-invalid',
      (known) => {
        const bytes = Buffer.from(signed(known.record, known.privateKey))
          .toString()
          .replace('"operations":2000', '"operations":4000');
        return withData(known, { evidence: known.blobs.keep(bytes, 'application/json') });
      },
    ],
    [
      'tampered samples under a valid signature',
      'verdict-mismatch',
      (known) => {
        const record = structuredClone(known.record);
        for (const round of record.measurement!.rounds) round.head.cpuSeconds = round.base.cpuSeconds;
        return withRecord(known, record);
      },
    ],
    [
      'a verdict that the samples do not give',
      'verdict-mismatch',
      async (known) => {
        const refused = await judgedAgain(known, { installRefused });
        const { stopped: _why, ...record } = refused.record;
        return withRecord(known, { ...record, verdict: 'improved' });
      },
    ],
    [
      'an event that says improved over a record that does not',
      'event-mismatch',
      async (known) =>
        withData(await judgedAgain(known, { installRefused }), { verdict: 'improved', stopped: undefined }),
    ],
    [
      'another case',
      'event-mismatch',
      (known) => withData(known, { case: { ...known.event.data.case, caseId: `opp-${'1'.repeat(20)}` } }),
    ],
    [
      'another attempt',
      'event-mismatch',
      (known) => withData(known, { case: { ...known.event.data.case, attempt: 2 } }),
    ],
    ['another kind', 'event-mismatch', (known) => withData(known, { kind: 'regression' })],
    ['another service', 'event-mismatch', (known) => withData(known, { service: 'other' })],
    ['another repository', 'event-mismatch', (known) => withData(known, { repository: 'shop/other' })],
    ['another subject', 'event-mismatch', (known) => withData(known, { subject: 'src/other.ts:other' })],
    ['another draft', 'event-mismatch', (known) => withData(known, { draftId: 'other' })],
    ['another base', 'event-mismatch', (known) => withData(known, { base: { branch: 'main', commit: other } })],
    [
      'another base branch',
      'event-mismatch',
      (known) => withData(known, { base: { ...known.event.data.base!, branch: 'release' } }),
    ],
    ['no base', 'event-mismatch', (known) => withData(known, { base: undefined })],
    [
      'another patch',
      'event-mismatch',
      (known) => withData(known, { patch: known.blobs.keep(patchNaming('OTHER'), 'text/x-diff') }),
    ],
    [
      'a patch whose bytes are others',
      'patch-mismatch',
      (known) => {
        known.blobs.content.set(known.event.data.patch!.sha256, Buffer.from(patchNaming('OTHER')));
        return known;
      },
    ],
    [
      'a draft whose bytes are others',
      'draft-mismatch',
      (known) => {
        known.blobs.content.set(known.record.draft.blob.sha256, Buffer.from('{}'));
        return known;
      },
    ],
    [
      'a record about a draft of another case',
      'draft-mismatch',
      (known) => {
        const draft = { ...known.draft, case: { ...known.draft.case, caseId: `opp-${'2'.repeat(20)}` } };
        const blob = known.blobs.keep(JSON.stringify(draft), 'application/json');
        return withRecord(known, { ...known.record, draft: { ...known.record.draft, blob } });
      },
    ],
    [
      'a tree that the patch does not give',
      'head-tree-mismatch',
      (known) => withRecord(known, { ...known.record, head: { tree: other } }),
    ],
  ])('refuses %s and opens no branch', async (_, reason, change) => {
    const known = await change(await prove());

    const result = await write(known);

    expect(result).toMatchObject({ outcome: 'refused', reason, message: expect.stringContaining('Nothing is opened') });
    expect(await branches(known.bare)).toEqual([]);
    expect(existsSync(proposalsDir)).toBe(false);
  });

  it('names the field that differs', async () => {
    const known = await prove();

    expect(await write(withData(known, { service: 'other' }))).toMatchObject({
      code: 'HEADROOM_EVIDENCE_MISMATCH',
      message: expect.stringMatching(/service "other"/),
    });
  });

  it('is not shaken by a forged record in the folder of a proposal', async () => {
    const known = await prove();
    const { proposal } = await opened(known);
    const forged = signEvidence(known.record, { keyId: known.record.signer, sign: () => Buffer.alloc(64) });
    await writeFile(join(proposalsDir, known.record.case.caseId, 'evidence.json'), forged);

    expect((await opened(known)).proposal).toEqual(proposal);
    expect(await readFile(join(proposalsDir, known.record.case.caseId, 'evidence.json'))).toEqual(
      known.blobs.content.get(known.event.data.evidence!.sha256),
    );
  });
});

describe('writeProposal, meeting people and failures', () => {
  async function addForeignCommit(known: ProvenCase, branch: string, parent: string): Promise<string> {
    const tree = await git(known.bare, 'rev-parse', 'main^{tree}');
    const identity = ['-c', 'user.name=A Person', '-c', 'user.email=person@web.example'];
    const commit = await git(known.bare, ...identity, 'commit-tree', tree, '-p', parent, '-m', 'My own idea');
    await git(known.bare, 'update-ref', `refs/heads/${branch}`, commit);
    return commit;
  }

  it.each([
    ['on top of ours', (commit: string) => commit],
    ['instead of ours', (_: string, known: ProvenCase) => known.baseCommit],
  ])('leaves a branch alone that holds a commit of a person %s', async (_, parentOf) => {
    const known = await prove();
    const { proposal } = await opened(known);
    const foreign = await addForeignCommit(known, proposal.branch, parentOf(proposal.commit, known));

    const same = await write(known);
    const later = await write(await judgedAgain(known, { attempt: 2, patch: patchNaming('LETTERS') }));

    for (const result of [same, later]) expect(result).toMatchObject({ outcome: 'human-owned', commit: foreign });
    expect(await git(known.bare, 'rev-parse', proposal.branch)).toBe(foreign);
  });

  it('leaves a commit alone that a person amended in our name', async () => {
    const known = await prove();
    const { proposal } = await opened(known);
    const message = await git(known.bare, 'log', '-1', '--format=%B', proposal.commit);
    const tree = await git(known.bare, 'rev-parse', 'main~1^{tree}');
    const { stdout } = await run(
      'git',
      [`--git-dir=${known.bare}`, 'commit-tree', tree, '-p', known.baseCommit, '-m', message],
      {
        env: {
          PATH: process.env['PATH'],
          GIT_AUTHOR_NAME: 'Headroom',
          GIT_AUTHOR_EMAIL: 'headroom@localhost',
          GIT_COMMITTER_NAME: 'A Person',
          GIT_COMMITTER_EMAIL: 'person@web.example',
        },
      },
    );
    await git(known.bare, 'update-ref', `refs/heads/${proposal.branch}`, stdout.trim());

    const later = await write(await judgedAgain(known, { attempt: 2, patch: patchNaming('LETTERS') }));

    expect(later).toMatchObject({ outcome: 'human-owned', commit: stdout.trim() });
  });

  it('fails retryably while the repository cannot be reached, and opens the proposal afterwards', async () => {
    const known = await prove();
    await rename(known.bare, `${known.bare}.away`);

    await expect(write(known)).rejects.toMatchObject({ code: 'HEADROOM_FORGE_UNREACHABLE', retryable: true });
    await rename(`${known.bare}.away`, known.bare);

    expect((await opened(known)).branchStatus).toBe('created');
  });

  it('fails retryably while a blob is missing', async () => {
    const known = await prove();
    known.blobs.content.delete(known.event.data.patch!.sha256);

    await expect(write(known)).rejects.toMatchObject({ code: 'HEADROOM_BLOB_MISSING', retryable: true });
    expect(await branches(known.bare)).toEqual([]);
  });

  it('does not leave the folder of proposals for a hostile case id', async () => {
    const known = await prove();
    await mkdir(proposalsDir, { recursive: true });

    await expect(forgeOf(known).upsertProposal('../escape', new Map())).rejects.toMatchObject({
      code: 'HEADROOM_CASE_INVALID',
    });
    expect(existsSync(join(dir, 'escape'))).toBe(false);
  });
});

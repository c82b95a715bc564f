import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measuredFigures } from '@headroom/verification';
import { readStory } from '@headroom/verification';
import { provenCase, type ProvenCase, type ProvenCaseOptions } from '../testing/proven.case.js';
import type { ProposalRecords } from './body.fields.js';
import { effectInWords } from './body.fields.js';
import { proposalBody } from './body.js';
import { commitMessage, proposalTitle } from './title.js';

let dir: string;
let count = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-body-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

function recordsOf({ record, draft, blobs }: ProvenCase): ProposalRecords {
  const story = readStory(blobs.content.get(draft.dossier!.sha256)!, draft);
  return {
    record,
    draft,
    story,
    figures: measuredFigures(record)!,
    evidenceSha256: 'f'.repeat(64),
    branch: 'headroom/web/x',
    commit: 'a'.repeat(40),
    reviewers: draft.reviewers,
    traceId: 'c'.repeat(32),
    hasSeries: story.finding?.regression !== undefined,
  };
}

async function records(options?: ProvenCaseOptions): Promise<ProposalRecords> {
  return recordsOf(await provenCase(join(dir, String(count++)), options));
}

function headings(body: string): string[] {
  return [...body.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
}

describe('proposalBody', () => {
  it('tells a regression in the order of the reader’s questions', async () => {
    const body = proposalBody(await records({ kind: 'regression' }));

    expect(headings(body)).toEqual([
      'Why now',
      'Root cause',
      'Change',
      'Evidence',
      'Correctness',
      'Estimated saving',
      'Risks and rollback',
      'Reproduce',
      'Provenance',
      'How to say no',
    ]);
    expect(body).toContain('**−27.0 % CPU per operation** (97.5 % interval −27.0 % to −27.0 %)');
    expect(body).toContain('rose from 40.0 µs to 60.0 µs, +50.0 %');
    expect(body).toContain('(series.svg)');
    expect(body).toContain('Build the pattern for each word');
    expect(body).toContain('| base | 500 µs |');
    expect(body).toContain('12 used | 1 discarded');
    expect(body).toContain('head: 14 passed, 0 failed');
    expect(body).toContain('git revert aaaa');
    expect(body).toContain("node --test 'test/*.test.ts'");
    expect(body).toContain('node bench/tokenize.bench.ts --operations 2000');
    expect(body).toContain('regex-precompile@1.0.0');
  });

  it('estimates the saving as share times ratio, from the records alone', async () => {
    const body = proposalBody(await records({ kind: 'regression' }));

    // The service cost 20 / 0.2 = 100 µs before and 120 µs after; the function 60 of them.
    expect(body).toContain('takes 50.0 % of the service’s CPU per request');
    expect(body).toContain('about 13.5 % (13.5 % to 13.5 %)');
  });

  it('leaves out what the records of an opportunity do not tell', async () => {
    const body = proposalBody(await records());

    expect(headings(body)).not.toContain('Root cause');
    expect(headings(body)).not.toContain('Estimated saving');
    expect(body).not.toContain('series.svg');
    expect(body).not.toMatch(/undefined|NaN|\{\{/);
  });

  it('leaves out what a dossier that cannot be read does not tell', async () => {
    const plain = await records({ kind: 'regression' });
    const body = proposalBody({
      ...plain,
      story: readStory(Buffer.from('{"finding":{'), plain.draft),
      hasSeries: false,
    });

    expect(headings(body)).not.toContain('Why now');
    expect(headings(body)).toContain('Evidence');
  });

  it('does not take the story of another case', async () => {
    const [one, other] = [await records({ kind: 'regression' }), await records()];
    const dossier = Buffer.from(JSON.stringify({ finding: one.story.finding, rootCause: { status: 'named' } }));

    expect(readStory(dossier, other.draft)).toEqual({});
  });

  it('stamps what was measured without a sandbox, at the top and in the provenance', async () => {
    const body = proposalBody(await records({ sandbox: { kind: 'none', enforcedLimits: {} } }));

    expect(body.match(/UNSANDBOXED/g)).toHaveLength(2);
    expect(body.indexOf('UNSANDBOXED')).toBeLessThan(body.indexOf('CPU per operation'));
    expect(proposalBody(await records())).not.toContain('UNSANDBOXED');
  });

  it('names a setting as the cause, or says why none is named', async () => {
    const plain = await records({ kind: 'regression' });
    const cause = { kind: 'config' as const, key: 'log.level', before: 'info', after: null, deployment: 'd-009' };
    const named = { status: 'named' as const, cause, score: 0.9, evidence: ['It is read in tokenize.'] };
    const abstained = { status: 'abstained' as const, reason: 'low-score', message: 'The best score is 0.2.' };

    expect(proposalBody({ ...plain, story: { rootCause: named } })).toContain(
      '`log.level` went from `info` to nothing',
    );
    expect(proposalBody({ ...plain, story: { rootCause: abstained } })).toContain('None is named (`low-score`)');
  });

  it('shows text from the repository as text', async () => {
    const plain = await records({
      requester: '<img src=x> @all [x](https://evil.example)',
      summary: 'Moves **it**.\n# Heading <script>alert(1)</script>',
      reviewers: [{ who: '@org/everyone `x`', why: '![p](https://evil.example)' }],
    });
    const body = proposalBody(plain);

    expect(body).not.toMatch(/<img|<script|^# Heading|\]\(https?:|!\[p/m);
    expect(body.replace(/`+[^`]*`+/g, '')).not.toMatch(/@(?:all|org)/);
  });
});

describe('effectInWords', () => {
  it.each([
    ['fewer-log-records:debug,info', 'fewer log records of level `debug` and `info` are written'],
    ['fewer-log-records:trace,debug,info', 'fewer log records of level `trace`, `debug` and `info` are written'],
    ['something-else', '`something-else`'],
  ])('says %s plainly', (effect, words) => {
    expect(effectInWords(effect)).toBe(words);
  });
});

describe('the commit', () => {
  it('has one subject line, what was measured, and trailers that lead back', async () => {
    const plain = await records({ attempt: 3, summary: 'Moves one\u0000 regular\nexpression out of tokenize.' });

    const [subject, ...rest] = commitMessage(plain).split('\n');

    expect(subject).toBe(proposalTitle(plain));
    expect(subject).toBe('perf(web): move one regular expression out of tokenize (−27.0 % CPU per operation)');
    expect(rest[0]).toBe('');
    expect(rest.slice(-3)).toEqual([
      `Headroom-Case: ${plain.record.case.caseId}`,
      'Headroom-Attempt: 3',
      `Headroom-Evidence: ${'f'.repeat(64)}`,
    ]);
    for (const line of rest.slice(0, -3)) expect(line.length).toBeLessThanOrEqual(72);
  });
});

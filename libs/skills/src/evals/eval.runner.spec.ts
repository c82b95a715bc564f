import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText, type HeaderChanges } from '../testing/skill.fixtures.js';
import { loadSkills } from '../skill/skill.loader.js';
import type { Skill } from '../skill/skill.js';
import { readEvals, type EvalCase } from './eval.case.js';
import { benchmarkOf, gradingOf, summaryOf, timingOf } from './eval.result.js';
import { runEval, type EvalAgent, type EvalOptions } from './eval.runner.js';

const RULE = `id: find-it
language: TypeScript
message: It is done twice.
rule: { pattern: twice($X) }
fix: once($X)
metadata: { explanation: Does it once. }
`;
const BASE = 'export function f(x: number): number {\n  return twice(x);\n}\n';
const HEAD = BASE.replace('twice(', 'once(');
const PATCH = `diff --git a/src/a.ts b/src/a.ts\n--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,3 @@\n export function f(x: number): number {\n-  return twice(x);\n+  return once(x);\n }\n`;

interface Made {
  header?: HeaderChanges;
  spec?: string;
  files?: Record<string, string>;
}

/** A catalogue of one skill with one case, and another skill that is less specific. */
async function madeOf<T>(
  { header = {}, spec = '', files = {} }: Made,
  work: (one: EvalCase, skills: readonly Skill[]) => Promise<T>,
): Promise<T> {
  return inFolder(async (dir) => {
    const metadata = {
      'headroom.dev/playbook': '"rules"',
      'headroom.dev/applies-to': '"lang:typescript rule:find-it"',
    };
    const expected = 'expect: { skill: speed-up, outcome: patch, files: { src/a.ts: evals/head.ts } }\n';
    writeFiles(dir, {
      'speed-up/SKILL.md': skillText({ ...header, metadata: { ...metadata, ...header.metadata } }),
      'speed-up/rules/find-it.yml': RULE,
      'speed-up/evals/evals.json': JSON.stringify({
        skill_name: 'speed-up',
        evals: [{ id: 'one', prompt: 'Speed it up.', expected_output: 'A patch.', files: [], assertions: ['once'] }],
      }),
      'speed-up/evals/one.yml': `kind: opportunity\nsubject: src/a.ts:f\nfiles: { src/a.ts: evals/base.ts, b.txt: evals/b.txt }\n${spec || expected}`,
      'speed-up/evals/base.ts': BASE,
      'speed-up/evals/head.ts': HEAD,
      'speed-up/evals/b.txt': 'b\n',
      'general/SKILL.md': skillText({
        fields: { name: 'general' },
        metadata: { 'headroom.dev/applies-to': '"type:cpu"' },
      }),
      ...files,
    });
    const { skills, skipped } = await loadSkills(dir);
    expect(skipped).toEqual([]);
    const { cases, problems } = await readEvals(skills.find(({ name }) => name === 'speed-up')!);
    expect(problems).toEqual([]);
    return work(cases[0]!, skills);
  });
}

async function failuresOf(made: Made, options: Partial<EvalOptions> = {}): Promise<string[]> {
  const results = await madeOf(made, (one, skills) => runEval(one, { skills, ...options }));
  return results.flatMap(({ assertions }) =>
    assertions.filter(({ passed }) => !passed).map(({ text, evidence }) => `${text} ${evidence}`),
  );
}

describe('running a case of a skill', () => {
  it('checks the order of skills, the outcome, every file, that it parses and is left alone', async () => {
    const [result] = await madeOf({}, (one, skills) => runEval(one, { skills }));

    expect(result).toMatchObject({ skill: 'speed-up', id: 'one', arm: 'playbook', status: 'passed', tokens: 0 });
    expect(result?.assertions.map(({ text, passed }) => `${passed ? '+' : '-'} ${text}`)).toEqual([
      '+ The skill speed-up comes first over the whole catalogue.',
      '+ The outcome is patch.',
      '+ b.txt stays as it is.',
      '+ src/a.ts becomes what is expected.',
      '+ What was changed parses.',
      '+ Run on its own result, it changes nothing.',
    ]);
  });

  it.each<[string, Made, RegExp]>([
    [
      'another skill comes first',
      { header: { metadata: { 'headroom.dev/applies-to': '"lang:go"' } } },
      /first over .* the order is general; speed-up: It applies to lang go/,
    ],
    [
      'the outcome is another',
      { spec: 'expect: { skill: speed-up, outcome: abstain, reason: no-match }\n' },
      /The outcome is abstain. patch/,
    ],
    [
      'a file is not what is expected',
      { files: { 'speed-up/evals/head.ts': BASE } },
      /src\/a.ts becomes .* line 2: expected "  return twice/,
    ],
    [
      'a run on the result changes it again',
      { files: { 'speed-up/rules/find-it.yml': RULE.replace('once($X)', 'twice(once($X))') } },
      /Run on its own result, it changes nothing. patch/,
    ],
  ])('fails when %s', async (_what, made, failure) => {
    expect(await failuresOf(made)).toContainEqual(expect.stringMatching(failure));
  });

  it('checks that a skill leaves a case to others', async () => {
    const spec = 'expect: { skill: none, outcome: abstain }\n';
    const away = { metadata: { 'headroom.dev/applies-to': '"lang:go"' } };

    expect(await failuresOf({ spec, header: away })).toEqual([]);
    expect(await failuresOf({ spec })).toEqual(['The skill speed-up does not match. the order is speed-up, general']);
  });

  it('fails when it cannot be run, and says why', async () => {
    expect(await failuresOf({}, { skills: [] })).toEqual([expect.stringMatching(/no skill matches$/)]);
    const run = (change: Partial<EvalCase>) =>
      madeOf({}, (one, skills) => runEval({ ...one, before: {}, ...change } as EvalCase, { skills }));

    expect(await run({ files: { a: 'a', 'a/b': 'b' } })).toMatchObject([
      {
        status: 'failed',
        assertions: [{ text: 'The case can be run.', evidence: expect.stringMatching(/ENOTDIR|EEXIST/) }],
      },
    ]);
  });

  it('touches no repository that the surroundings name, as those of a hook of git do', async () => {
    await inFolder(async (outer) => {
      execFileSync('git', ['init', '--quiet', outer]);
      process.env['GIT_DIR'] = join(outer, '.git');
      try {
        const results = await madeOf({}, (one, skills) => runEval({ ...one, before: { 'src/a.ts': '' } }, { skills }));
        expect(results).toMatchObject([{ status: 'passed' }]);
      } finally {
        delete process.env['GIT_DIR'];
      }
      expect(readdirSync(join(outer, '.git/refs/heads'))).toEqual([]);
    });
  });

  it('runs the test of a case where that is allowed, in the folder of the outcome', async () => {
    const spec = (code: string) =>
      `expect: { skill: speed-up, outcome: patch, files: { src/a.ts: evals/head.ts } }\ntest: ['node', '-e', "${code}"]\n`;
    const reads = "if (!require('fs').readFileSync('src/a.ts', 'utf8').includes('once(')) process.exit(1)";

    expect(await failuresOf({ spec: spec(reads) }, { runTests: true })).toEqual([]);
    expect(await failuresOf({ spec: spec('process.exit(3)') }, { runTests: true })).toEqual([
      expect.stringMatching(/^The test passes/),
    ]);
    expect(await failuresOf({ spec: spec('process.exit(3)') })).toEqual([]);
    process.env['EVAL_SPEC_KEY'] = 'secret';
    const sees = 'if (process.env.EVAL_SPEC_KEY || !process.env.PATH) process.exit(1)';
    expect(
      await failuresOf({ spec: spec(sees) }, { runTests: true }).finally(() => delete process.env['EVAL_SPEC_KEY']),
    ).toEqual([]);
  });

  it('leaves open what only a model can do, and says when the wrong skill comes first all the same', async () => {
    const header = { metadata: { 'headroom.dev/playbook': '"none"' } };
    const status = (made: Made) => madeOf(made, async (one, skills) => (await runEval(one, { skills }))[0]?.status);

    expect(await status({ header })).toBe('needs-model');
    expect(await status({ header: { metadata: { ...header.metadata, 'headroom.dev/applies-to': '"lang:go"' } } })).toBe(
      'failed',
    );
  });

  it('lets a model work with the skill and those that it uses, and without any', async () => {
    const given: string[][] = [];
    const agent: EvalAgent = (_one, skills) => {
      given.push(skills.map(({ name }) => name));
      return Promise.resolve(
        skills.length > 0
          ? { outcome: 'patch', patch: PATCH, tokens: 1000 }
          : { outcome: 'patch', patch: PATCH.replaceAll('twice(x)', 'wrong(x)'), tokens: 3000 },
      );
    };
    const header = { metadata: { 'headroom.dev/playbook': '"none"', 'headroom.dev/uses': '"general"' } };

    const results = await madeOf({ header }, (one, skills) => runEval(one, { skills, agent }));

    expect(given).toEqual([['speed-up', 'general'], []]);
    expect(results.map(({ arm, status, tokens }) => [arm, status, tokens])).toEqual([
      ['with-skill', 'passed', 1000],
      ['without-skill', 'failed', 3000],
    ]);
    expect(benchmarkOf(results)).toMatchObject({
      run_summary: { with_skill: { pass_rate: { mean: 1, stddev: 0 } }, delta: { pass_rate: 0.5, tokens: -2000 } },
    });
  });

  it('makes a real commit of a change whose before is known, and tells playbooks what it wrote', async () => {
    const header = {
      metadata: { 'headroom.dev/side': '"defense"', 'headroom.dev/applies-to': '"change:adds-loop cause:commit"' },
    };
    const spec = `cause: { kind: commit, title: Look twice, before: { src/a.ts: evals/old.ts, c.txt: null } }
expect: { skill: speed-up, outcome: patch, files: { src/a.ts: evals/head.ts } }
`;
    const body = 'export function f(x: number): number {\n  for (;;) return twice(x);\n}\n';
    const files = {
      'speed-up/evals/base.ts': body,
      'speed-up/evals/head.ts': body.replace('twice', 'once'),
      'speed-up/evals/old.ts': body.replace('for (;;) ', ''),
      'speed-up/rules/find-it.yml': RULE.replace(
        '{ explanation',
        '{ guards: [{ written-by-cause: true }], explanation',
      ),
    };
    const failures = await madeOf({ header, spec, files }, async (one, skills) => {
      const made = { ...one, spec: { ...one.spec, kind: 'regression' as const } };
      return (await runEval(made, { skills })).flatMap(({ assertions }) => assertions.filter(({ passed }) => !passed));
    });

    expect(failures).toEqual([]);
  });

  it('takes a real commit back, under later changes too', async () => {
    const metadata = {
      'headroom.dev/side': '"defense"',
      'headroom.dev/playbook': '"git-revert"',
      'headroom.dev/applies-to': '"growth:large"',
    };
    const lines = (...more: string[]) => `export function f() {\n${more.map((one) => `  ${one}();\n`).join('')}}\n`;
    const spec = `kind: regression
subject: src/a.ts:f
files: { src/a.ts: evals/base.ts, src/new.ts: evals/new.ts }
growth: large
cause: { kind: commit, title: Do more, before: { src/a.ts: evals/old.ts, src/new.ts: null }, left: { src/a.ts: evals/left.ts } }
expect: { skill: speed-up, outcome: revert, files: { src/a.ts: evals/head.ts, src/new.ts: null } }
`;
    const files = {
      'speed-up/evals/old.ts': lines('a', 'b', 'c', 'd', 'e'),
      'speed-up/evals/left.ts': lines('slow', 'a', 'b', 'c', 'd', 'e'),
      'speed-up/evals/base.ts': lines('slow', 'a', 'b', 'c', 'd', 'e', 'later'),
      'speed-up/evals/head.ts': lines('a', 'b', 'c', 'd', 'e', 'later'),
      'speed-up/evals/new.ts': 'export const more = 1;\n',
    };

    const results = await madeOf(
      { header: { metadata }, files: { ...files, 'speed-up/evals/one.yml': spec } },
      (one, skills) => runEval(one, { skills }),
    );

    expect(results).toMatchObject([{ status: 'passed' }]);
    expect(results[0]?.assertions.map(({ text }) => text)).toEqual([
      'The skill speed-up comes first over the whole catalogue.',
      'The outcome is revert.',
      'src/a.ts becomes what is expected.',
      'src/new.ts becomes what is expected.',
      'What was changed parses.',
    ]);
  });

  it('goes on with a model after the playbook where the skill says so', async () => {
    const header = {
      metadata: { 'headroom.dev/model': '"after-playbook"', 'headroom.dev/applies-to': '"lang:typescript"' },
    };
    const files = { 'speed-up/evals/base.ts': BASE.replace('twice(', 'other(') };

    const run = (extra: Partial<EvalOptions>) =>
      madeOf({ header, files }, (one, skills) => runEval(one, { skills, ...extra }));

    expect(await run({})).toMatchObject([{ status: 'needs-model' }]);
    expect(await run({ agent: () => Promise.resolve({ outcome: 'abstain' }) })).toMatchObject([
      { arm: 'with-skill', status: 'failed' },
      { arm: 'without-skill' },
    ]);
  });

  it('tells its results in the published shapes', async () => {
    const results = await madeOf({ files: { 'speed-up/evals/head.ts': BASE } }, (one, skills) =>
      runEval(one, { skills }),
    );

    expect(summaryOf(results)).toEqual({ cases: 1, passed: 0, failed: 1, needsModel: 0 });
    expect(gradingOf(results[0]!)).toMatchObject({
      assertion_results: expect.arrayContaining([
        { text: expect.any(String), passed: false, evidence: expect.any(String) },
      ]),
      summary: { passed: 5, failed: 1, total: 6, pass_rate: 5 / 6 },
    });
    expect(timingOf(results[0]!)).toEqual({ total_tokens: 0, duration_ms: expect.any(Number) });
    expect(benchmarkOf(results)).toEqual({
      run_summary: {
        playbook: {
          pass_rate: { mean: 5 / 6, stddev: 0 },
          time_seconds: expect.anything(),
          tokens: { mean: 0, stddev: 0 },
        },
      },
    });
  });
});

describe('reading cases', () => {
  it.each([
    ['subject: x', /subject: "x" does not identify a function/],
    ['subject: "src/a.ts::"', /subject: .* the name holds a colon/],
    ['subject: /src/a.ts:f', /subject: .* must be relative to the repository/],
    ['subject: a: b', /^evals\/one.yml: Nested mappings .* at line 4, column 10; quote a text that holds ": "$/],
    ['files: { .git/config: evals/base.ts }', /must not be one of git's own/],
    ['files: { a/.git/hooks/pre-commit: evals/base.ts }', /must not be one of git's own/],
    ['files: { src/a.ts: evals/nowhere.ts }', /^evals\/one.yml: the file evals\/nowhere.ts of the skill is not there$/],
    ['files: { src/a.ts: evals }', /the file evals of the skill is a folder, not a text$/],
    ['cause: { kind: commit, diff: ../../secret }', /cause.diff: must be a file of the skill/],
    ['kind: null', /^evals\/one.yml: kind: (?:must|Invalid option)/],
    ['expect: { skill: speed-up, outcome: patch }', /expect.files: must say what the files become/],
    ['expect: { skill: speed-up, outcome: abstain }', /expect.reason: must say why/],
    ['cause: { kind: commit, written: { src/a.ts: [nowhere] } }', /src\/a.ts has no "nowhere"/],
    ['files: { ../x.ts: evals/base.ts }', /files.*: (?:Invalid key|must be a path)/],
    ['surprise: 1', /surprise/],
  ])('refuses %s', (line, problem) =>
    inFolder(async (dir) => {
      const key = line.split(':')[0]!;
      const lines = {
        kind: 'opportunity',
        subject: 'src/a.ts:f',
        files: '{ src/a.ts: evals/base.ts }',
        expect: '{ skill: speed-up, outcome: abstain, reason: none }',
      };
      const kept = Object.entries(lines).filter(([name]) => name !== key);
      writeFiles(dir, {
        'evals/evals.json': JSON.stringify({
          skill_name: 'speed-up',
          evals: [{ id: 'one', prompt: 'p', expected_output: 'o', files: [], assertions: ['a'] }],
        }),
        'evals/one.yml': [...kept.map(([name, value]) => `${name}: ${value}`), line].join('\n'),
        'evals/other.yml': 'kind: opportunity',
        'evals/base.ts': BASE,
      });

      const { cases, problems } = await readEvals({ name: 'speed-up', dir });

      expect(cases).toEqual([]);
      expect(problems).toContainEqual(expect.stringMatching(problem));
      expect(problems).toContain('evals/other.yml: evals/evals.json has no such id');
    }),
  );
});

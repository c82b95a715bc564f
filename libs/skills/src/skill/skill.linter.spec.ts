import { describe, expect, it } from '@jest/globals';
import { inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText } from '../testing/skill.fixtures.js';
import { SECTIONS } from './lint.text.js';
import { lintSkills } from './skill.linter.js';
import { loadSkills } from './skill.loader.js';
import { scaffoldSkill } from './skill.scaffold.js';

const RULE = 'id: find-it\nlanguage: TypeScript\nmessage: Found.\nrule: { pattern: it() }\n';
const BODY = SECTIONS.map((section) => `\n## ${section}\n\nText.\n`).join('');

/** Problems of the skill `speed-up`, made of a header and files. */
async function problemsOf(
  metadata: Record<string, string>,
  files: Record<string, string> = {},
  body: string = BODY,
): Promise<string[]> {
  return inFolder(async (dir) => {
    writeFiles(dir, { 'speed-up/SKILL.md': skillText({ metadata, body }) });
    writeFiles(dir, Object.fromEntries(Object.entries(files).map(([path, text]) => [`speed-up/${path}`, text])));
    return (await lintSkills(dir)).map(({ problem }) => problem);
  });
}

describe('linting skills', () => {
  it('names everything that is missing', () =>
    inFolder(async (dir) => {
      const body = '\n## Fix\n\nSee [there](references/there.md).\n\n## Trigger\n';
      const metadata = { 'headroom.dev/playbook': '"rules"', 'headroom.dev/efects': '"none"' };
      writeFiles(dir, {
        'broken/SKILL.md': '',
        'log-sampling/SKILL.md': skillText({ fields: { name: 'log-sampling' }, metadata, body }),
        'log-sampling/rules/find-it.yml': `${RULE}metadata: { script: { run: scripts/find.mjs } }\n`,
        'log-sampling/evals/evals.json': '{"skill_name":"other","evals":[]}',
        'unknown/SKILL.md': skillText({ fields: { name: 'unknown' } }),
      });

      const problems = (await lintSkills(dir)).map(({ skill, problem }) => `${skill}: ${problem}`);

      for (const expected of [
        'broken: SKILL.md: the file must start with a header',
        'log-sampling: SKILL.md: the text must have the sections Trigger, Tools',
        'log-sampling: SKILL.md: metadata.headroom.dev/efects: is not a known key',
        'log-sampling: SKILL.md: the text links to references/there.md, which is not there',
        'log-sampling: references/: needs at least 2 changes',
        'log-sampling: references/negatives.md: is missing',
        'log-sampling: rules/log-call.yml: the playbook needs this rule',
        'log-sampling: rules/find-it.yml: its script scripts/find.mjs is not there',
        'log-sampling: rules/find-it/match: needs at least 3 fixtures, has 0',
        'log-sampling: rules/find-it/no-match: needs at least 5 fixtures, has 0',
        'log-sampling: rules/find-it/cases.yml: is missing',
        'log-sampling: evals/evals.json: skill_name "other"',
        'log-sampling: evals/: needs at least 5 cases',
        'unknown: evals/evals.json: is missing',
      ]) {
        expect(problems).toContainEqual(expect.stringContaining(expected));
      }
    }));

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'an unknown key',
      { 'headroom.dev/applies-to': '"pattern:regex"' },
      /pattern:regex has no known key; known are lang/,
    ],
    ['a value that never holds', { 'headroom.dev/applies-to': '"not-cause:code"' }, /not-cause:code can never hold/],
    ['a rule that is not there', { 'headroom.dev/applies-to': '"rule:find-it"' }, /rule:find-it names no rule/],
    ['an unknown playbook', { 'headroom.dev/playbook': '"magic"' }, /playbook: must be one of rules, git-revert/],
    ['a model that never comes', { 'headroom.dev/model': '"after-playbook"' }, /"after-playbook" needs a playbook/],
    [
      'a playbook that is never run',
      { 'headroom.dev/playbook': '"note"', 'headroom.dev/model': '"only"' },
      /leaves the playbook unused/,
    ],
    [
      'an effect that nothing checks',
      { 'headroom.dev/allowed-effects': '"fewer-log-record:debug"' },
      /nothing checks "fewer-log-record:debug", .*; known is fewer-log-records:debug,info/,
    ],
    ['a used skill that is not there', { 'headroom.dev/uses': '"other"' }, /uses: there is no usable skill "other"/],
    ['a use of itself', { 'headroom.dev/uses': '"speed-up"' }, /in a circle: speed-up → speed-up/],
  ])('refuses %s', async (_what, metadata, problem) => {
    expect(await problemsOf(metadata)).toContainEqual(expect.stringMatching(problem));
  });

  it.each(['a text with --- in it', '---'])('refuses %j in a header: other readers end it there', async (text) => {
    expect(await problemsOf({ 'example/note': `"${text}"` })).toContainEqual(
      expect.stringMatching(/^SKILL.md: header: must not hold "---"/),
    );
  });

  it('knows a rule of the skill by its id', async () => {
    const metadata = { 'headroom.dev/applies-to': '"rule:find-it"' };

    expect(await problemsOf(metadata, { 'rules/find-it.yml': RULE })).not.toContainEqual(
      expect.stringMatching(/names no rule/),
    );
  });

  it('refuses a tool in the text that a model would not have', async () => {
    const body = BODY.replace('## Tools\n', '## Tools\n\n1. `code_read_range`, then `code_find_callers`.\n');
    const metadata = { 'headroom.dev/requires-tools': '"code_read_range"' };

    expect(await problemsOf(metadata, {}, body)).toContainEqual(
      'SKILL.md: the section Tools names code_find_callers, which metadata.headroom.dev/requires-tools lacks',
    );
    expect((await problemsOf(metadata, {}, body)).join()).not.toMatch(/names code_read_range/);
  });

  it('refuses a text that is too long for a context', async () => {
    expect(await problemsOf({}, {}, BODY + 'line\n'.repeat(500))).toContainEqual(
      expect.stringMatching(/under 500 lines/),
    );
    expect(await problemsOf({}, {}, BODY + 'many words '.repeat(2500))).toContainEqual(
      expect.stringMatching(/under 5000 tokens, it has about 6/),
    );
  });

  it('refuses references below other folders, and takes no link of an example for one', async () => {
    const body = `${BODY}[deep](references/more/a.md)\n\n\`\`\`md\n[example](nowhere.md)\n## Fix\n\`\`\`\n`;

    const problems = await problemsOf({}, { 'references/more/a.md': 'a' }, body);

    expect(problems).toContainEqual(expect.stringMatching(/references\/more\/a.md: references lie one level deep/));
    expect(problems.join()).not.toMatch(/nowhere|sections/);
  });

  it('takes no code for a link, and a title or a dot for no part of one', async () => {
    const body = `${BODY}Of \`handlers[name](event)\`, [a](./references/a.md "A"), [b](HTTPS://team.example/b), [c](references/c.md).\n`;

    const problems = await problemsOf({}, { 'references/a.md': 'a' }, body);

    expect(problems.filter((problem) => problem.includes('links'))).toEqual([
      'SKILL.md: the text links to references/c.md, which is not there',
    ]);
  });

  it('refuses a file among the rules that is not read', async () => {
    expect(await problemsOf({}, { 'rules/find-it.yml': RULE, 'rules/other.yaml': RULE })).toContain(
      'rules/other.yaml: is not read; a rule is a file *.yml',
    );
  });

  it('refuses examples that are no diffs, and too few negatives', async () => {
    const diff = '--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-a\n+b\n';
    const files = { 'references/a.diff': diff, 'references/b.diff': 'no diff', 'references/negatives.md': '1. One.\n' };

    const problems = await problemsOf({}, files);

    expect(problems).toContainEqual(expect.stringMatching(/b.diff: is no unified diff/));
    expect(problems).toContainEqual('references/negatives.md: needs at least 3, has 1');
    expect(problems.join()).not.toMatch(/a\.diff/);
  });
});

describe('a new skill', () => {
  const options = { name: 'batch-queries', kind: 'opportunity', side: 'offense', language: 'python' } as const;

  it.each(['rules', 'none'] as const)(
    'with the playbook %s loads, and the linter names what is to be filled',
    (playbook) =>
      inFolder(async (dir) => {
        writeFiles(dir, scaffoldSkill({ ...options, playbook }));

        const { skills } = await loadSkills(dir);
        const problems = (await lintSkills(dir)).map(({ problem }) => problem);

        const own = playbook === 'rules' ? [{ key: 'rule', value: 'batch-queries' }] : [];
        expect(skills).toMatchObject([
          { name: 'batch-queries', appliesTo: [{ value: 'python' }, { value: 'cpu' }, ...own] },
        ]);
        expect(problems).toContain('SKILL.md: description: still says TODO');
        expect(problems.filter((problem) => problem.startsWith('SKILL.md: the section'))).toHaveLength(SECTIONS.length);
        expect(problems.join('\n')).not.toMatch(/must have the sections|not a known|metadata/);
        expect(problems.filter((problem) => problem.startsWith('rules/'))).toHaveLength(playbook === 'rules' ? 3 : 0);
      }),
  );

  it.each(['Batch', 'a--b', '-a', 'a-', '', '../a', 'a'.repeat(65)])('cannot have the name %j', (name) => {
    expect(() => scaffoldSkill({ ...options, name, playbook: 'none' })).toThrow(
      /at most 64 lower-case .*batch-queries/,
    );
  });

  it.each(['123', 'true', 'null', '1e5', 'a'.repeat(64)])('can have the name %s', (name) =>
    inFolder(async (dir) => {
      writeFiles(dir, scaffoldSkill({ ...options, name, playbook: 'rules' }));

      expect(await loadSkills(dir)).toMatchObject({ skills: [{ name, rules: [{ id: name }] }], skipped: [] });
    }),
  );
});

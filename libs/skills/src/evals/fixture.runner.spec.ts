import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText } from '../testing/skill.fixtures.js';
import { loadSkills } from '../skill/skill.loader.js';
import { runFixtures } from './fixture.runner.js';

const RULE = `id: find-it
language: TypeScript
message: It is done twice.
rule: { pattern: twice($X) }
fix: once($X)
metadata: { explanation: Does it once. }
`;
const BASE = 'export function f(x: number): number {\n  return twice(x);\n}\n';
const HEAD = BASE.replace('twice(', 'once(');

/** What fails of the fixtures of a skill with one rule: the evidence by fixture. */
async function failures(files: Record<string, string>, rule = RULE): Promise<Record<string, string>> {
  return inFolder(async (dir) => {
    const rules = Object.entries(files).map(([path, text]) => [`speed-up/rules/find-it/${path}`, text] as const);
    writeFiles(dir, {
      'speed-up/SKILL.md': skillText({ metadata: { 'headroom.dev/playbook': '"rules"' } }),
      'speed-up/rules/find-it.yml': rule,
      ...Object.fromEntries(rules),
    });
    const { skills } = await loadSkills(dir);
    const results = await runFixtures(skills[0]!);
    return Object.fromEntries(results.filter((one) => !one.passed).map((one) => [one.fixture, one.evidence]));
  });
}

const held = {
  'cases.yml': 'match: { a.ts: { subject: f } }\nno-match: { b.ts: { subject: f, reason: no-match } }\n',
  'match/a.ts': BASE,
  'match/a.expected.ts': HEAD,
  'no-match/b.ts': HEAD,
};

describe('runFixtures', () => {
  it('has nothing to say about fixtures that hold', async () => {
    expect(await failures(held)).toEqual({});
  });

  it('says where a match becomes something else, or nothing', async () => {
    expect(await failures({ ...held, 'match/a.expected.ts': HEAD.replace('(x);', '(x, 1);') })).toEqual({
      'match/a.ts': 'line 2: expected "  return once(x, 1);", is "  return once(x);"',
    });
    expect(await failures({ ...held, 'match/a.ts': HEAD })).toEqual({
      'match/a.ts': expect.stringMatching(/^left alone: no-match: /),
    });
  });

  it('says which near miss was changed, or stays for another reason', async () => {
    expect(await failures({ ...held, 'no-match/b.ts': BASE })).toEqual({
      'no-match/b.ts': expect.stringMatching(/^expected to stay \(no-match\), was changed: /),
    });
    const cases = held['cases.yml'].replace('reason: no-match', 'reason: type-unknown');
    expect(await failures({ ...held, 'cases.yml': cases })).toEqual({
      'no-match/b.ts': expect.stringMatching(/^expected type-unknown, is no-match: /),
    });
  });

  it('says what is not listed, not there, or not readable', async () => {
    expect(await failures({ ...held, 'no-match/c.ts': HEAD })).toEqual({
      'no-match/c.ts': 'cases.yml does not name it',
    });
    expect(await failures({ 'cases.yml': held['cases.yml'] })).toEqual({
      'match/a.ts': expect.stringContaining('ENOENT'),
      'no-match/b.ts': expect.stringContaining('ENOENT'),
    });
    const refusals = [
      ['match: { a.ts: { function: f } }', 'match.a.ts.subject: is missing; match.a.ts: has an unknown key "function"'],
      ['match: { ../a.ts: { subject: f } }', 'match.../a.ts: must be the name of a file of this folder'],
      ['match: { a.ts: { subject: f: g } }', 'at line 1, column'],
      ['', '(top level): must not be empty'],
    ] as const;
    for (const [text, problem] of refusals) {
      const evidence = (await failures({ ...held, 'cases.yml': `${text}\n` }))['cases.yml'];
      expect(evidence).toContain(problem);
      expect(evidence).not.toContain('\n');
    }
  });

  it('takes a rule that only finds for what it is', async () => {
    const { 'match/a.expected.ts': _, ...files } = held;
    expect(await failures(files, RULE.replace(/^fix.*\n/m, ''))).toEqual({});
    expect(await failures(files)).toEqual({ 'match/a.ts': expect.stringContaining('there is no match/a.expected.ts') });
  });

  it.each(['log-sampling', 'batch-io'])('runs those of %s as the tests of the catalogue do', async (name) => {
    const { skills } = await loadSkills(CATALOGUE);
    const results = await runFixtures(skills.find((skill) => skill.name === name)!);

    expect(results.length).toBeGreaterThan(7);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});

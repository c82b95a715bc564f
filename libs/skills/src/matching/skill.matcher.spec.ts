import { describe, expect, it } from '@jest/globals';
import { runPlaybook } from '../playbooks/playbook.runner.js';
import { skillText } from '../testing/skill.fixtures.js';
import { CATALOGUE } from '../testing/playbook.fixtures.js';
import type { Skill } from '../skill/skill.js';
import { parseSkillFile } from '../skill/skill.file.js';
import { loadSkills } from '../skill/skill.loader.js';
import { parseRule } from '../rules/rule.file.js';
import { matchSkills } from './skill.matcher.js';

function skillNamed(name: string, metadata: Record<string, string> = {}): Skill {
  const parsed = parseSkillFile(skillText({ fields: { name }, metadata }), name);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return { ...parsed.file, dir: name, digest: '0'.repeat(64), rules: [] };
}

describe('matching skills', () => {
  it.each([
    ['regression', 'src/a.ts', ['log-sampling']],
    ['opportunity', 'src/a.mjs', ['regex-precompile']],
    ['opportunity', 'src/a.py', ['regex-precompile']],
    ['opportunity', 'src/a.rb', []],
  ] as const)('offers for a %s in %s %j', async (kind, path, names) => {
    const { skills } = await loadSkills(CATALOGUE);

    const { matches, mismatches } = matchSkills(skills, { kind, path, facts: { cause: ['commit'] } });

    expect(matches.map((skill) => skill.name)).toEqual(names);
    expect(mismatches).toHaveLength(skills.length - names.length);
  });

  it('says why the others do not match', () => {
    const skills = [
      skillNamed('b-defense', { 'headroom.dev/side': '"defense"' }),
      skillNamed('c-python', { 'headroom.dev/applies-to': '"lang:python lang:go"' }),
      skillNamed('d-memory', { 'headroom.dev/applies-to': '"type:memory"' }),
      skillNamed('e-pattern', { 'headroom.dev/applies-to': '"pattern:regex"' }),
    ];

    const { matches, mismatches } = matchSkills(skills, { kind: 'opportunity', path: 'src/a.ts' });

    expect(matches).toEqual([]);
    expect(mismatches).toEqual([
      { name: 'b-defense', reason: 'other-side', message: 'It serves defense; this case needs offense.' },
      {
        name: 'c-python',
        reason: 'predicate-not-met',
        message: 'It applies to lang python or go; here it is typescript.',
      },
      { name: 'd-memory', reason: 'predicate-not-met', message: 'It applies to type memory; here it is cpu.' },
      {
        name: 'e-pattern',
        reason: 'predicate-not-met',
        message: 'It applies to pattern regex; here nothing is known about it.',
      },
    ]);
    expect(
      matchSkills(skills, { kind: 'opportunity', path: 'a.ts', facts: { pattern: ['regex'] }, type: 'memory' }).matches,
    ).toHaveLength(2);
  });

  it.each([
    ['frame:JSON.stringify', true],
    ['frame:*stringify', true],
    ['frame:*/pino/*', true],
    ['frame:node:internal/stream:write', true],
    ['frame:stringify', false],
    ['frame:*pino.lib*', false],
    ['cause:commit cause:config', true],
    ['cause:config', false],
    ['not-cause:config', true],
    ['not-cause:commit', false],
    ['not-change:adds-loop change:adds-log-call', true],
    ['codebase:shop/*', true],
    ['lang:python', false],
    ['unheard:of', false],
    ['not-unheard:of', true],
  ])('of %s says %s', (predicates, applies) => {
    const skills = [skillNamed('a', { 'headroom.dev/applies-to': `"${predicates}"` })];
    const frames = ['native:JSON.stringify', 'node_modules/pino/lib/a.js:b', 'node:internal/stream:write'];
    const facts = { cause: ['commit'], change: ['adds-log-call'], codebase: ['shop/web'] };

    const { matches, mismatches } = matchSkills(skills, { kind: 'opportunity', path: 'src/a.ts', frames, facts });

    expect(matches).toHaveLength(applies ? 1 : 0);
    expect(mismatches.map(({ message }) => message)).toEqual(applies ? [] : [expect.stringMatching(/^It .+\.$/)]);
  });

  it('knows the language of files that it does not parse', () => {
    const skills = ['python', 'go', 'java'].map((lang) =>
      skillNamed(lang, { 'headroom.dev/applies-to': `"lang:${lang}"` }),
    );
    const of = (path: string) => matchSkills(skills, { kind: 'opportunity', path }).matches.map(({ name }) => name);

    expect([of('a.py'), of('pkg/a.go'), of('src/A.java')]).toEqual([['python'], ['go'], ['java']]);
  });

  it('asks for a rule only where all else holds, and takes none for met where nobody looks', () => {
    const rule = parseRule('id: find-it\nlanguage: TypeScript\nmessage: Found.\nrule: { pattern: it() }\n', 'find-it');
    const applies = (predicates: string) => ({
      ...skillNamed('a', { 'headroom.dev/applies-to': `"${predicates}"` }),
      rules: [rule],
    });
    const asked: string[] = [];
    const ruleMatches = (_skill: Skill, { id }: { id: string }) => asked.push(id) > 0;
    const input = { kind: 'opportunity', path: 'a.ts' } as const;

    expect(matchSkills([applies('rule:find-it lang:go')], { ...input, ruleMatches }).matches).toEqual([]);
    expect(asked).toEqual([]);
    expect(matchSkills([applies('rule:find-it lang:typescript')], { ...input, ruleMatches }).matches).toHaveLength(1);
    expect(asked).toEqual(['find-it']);
    expect(matchSkills([applies('rule:find-it')], input).mismatches).toMatchObject([
      { message: 'It applies where its rule find-it matches; here the code was not looked at.' },
    ]);
  });

  it('puts first the skill that knows most of the case', () => {
    const conditions = {
      'a-all': 'type:cpu',
      'b-five': 'lang:typescript lang:go type:cpu',
      'c-one': 'lang:typescript type:cpu',
      'd-cause': 'lang:typescript type:cpu cause:commit',
      'e-change': 'lang:typescript type:cpu change:adds-loop',
      'f-both': 'lang:typescript type:cpu change:adds-loop frame:RegExp',
      'g-more': 'lang:typescript type:cpu change:adds-loop change:adds-regex frame:RegExp',
    };
    const skills = Object.entries(conditions).map(([name, text]) =>
      skillNamed(name, { 'headroom.dev/applies-to': `"${text}"` }),
    );
    const facts = { cause: ['commit'], change: ['adds-loop', 'adds-regex'] };

    const { matches } = matchSkills(skills, { kind: 'opportunity', path: 'a.ts', frames: ['native:RegExp'], facts });

    expect(matches.map(({ name }) => name)).toEqual(Object.keys(conditions).reverse());
  });

  it('tries playbooks first, then goes by name', () => {
    const skills = [
      skillNamed('b'),
      skillNamed('c', { 'headroom.dev/playbook': '"rules"' }),
      skillNamed('a', { 'headroom.dev/side': '"offense defense"' }),
    ];

    expect(matchSkills(skills, { kind: 'opportunity', path: 'a.ts' }).matches.map(({ name }) => name)).toEqual([
      'c',
      'a',
      'b',
    ]);
  });

  it('keeps to the skill that was asked for, without bending its conditions', () => {
    const skills = [skillNamed('a'), skillNamed('b')];
    const request = (skill: string, kind: 'opportunity' | 'regression' = 'opportunity') =>
      matchSkills(skills, { kind, path: 'a.ts', skill });

    expect(request('b').matches.map(({ name }) => name)).toEqual(['b']);
    expect(request('b').mismatches).toMatchObject([{ name: 'a', reason: 'not-requested' }]);
    expect(request('b', 'regression').mismatches).toMatchObject([
      { reason: 'not-requested' },
      { reason: 'other-side' },
    ]);
    expect(request('z').mismatches).toContainEqual({
      name: 'z',
      reason: 'unknown-skill',
      message: 'There is no usable skill "z"; known are: a, b.',
    });
  });
});

describe('running a skill that is text only', () => {
  it('abstains', async () => {
    const result = await runPlaybook(skillNamed('a'), { subject: 'src/a.ts:f', readFile: () => undefined });

    expect(result).toMatchObject({ outcome: 'abstain', reason: 'no-playbook' });
  });
});

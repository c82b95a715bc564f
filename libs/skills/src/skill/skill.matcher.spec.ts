import { describe, expect, it } from '@jest/globals';
import { runPlaybook } from '../playbooks/playbook.runner.js';
import { skillText } from '../testing/skill.fixtures.js';
import { CATALOGUE } from '../testing/playbook.fixtures.js';
import type { Skill } from './skill.js';
import { parseSkillFile } from './skill.file.js';
import { loadSkills } from './skill.loader.js';
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
    ['opportunity', 'src/a.py', []],
  ] as const)('offers for a %s in %s %j', async (kind, path, names) => {
    const { skills } = await loadSkills(CATALOGUE);

    const { matches, mismatches } = matchSkills(skills, { kind, path });

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

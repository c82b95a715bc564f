import { describe, expect, it } from '@jest/globals';
import { parseTargetPolicy, tightenedPolicy } from './index.js';

const operator = { policy: { maxFiles: 10, maxChangedLines: 400, protect: ['src/billing/**'] }, minimumEffect: 0.02 };
const parse = (text: string) => parseTargetPolicy(text, '.headroom.yml');

describe('tightenedPolicy', () => {
  it('takes the smaller cap, the larger effect, and every protected path and disabled skill', () => {
    const root = parse(`
version: 1
policy: { maxFiles: 2, protect: [src/legal/**, src/billing/**] }
skills: { disabled: [log-sampling] }
minimumEffect: 0.1
`);
    const folder = parse('version: 1\npolicy: { maxChangedLines: 50, maxFiles: 5 }\nopportunities: off\nmodel: off\n');

    expect(tightenedPolicy(operator, [root, folder])).toEqual({
      policy: { maxFiles: 2, maxChangedLines: 50, protect: ['src/billing/**', 'src/legal/**'] },
      minimumEffect: 0.1,
      disabledSkills: ['log-sampling'],
      opportunities: 'off',
      model: 'off',
      notes: [],
    });
  });

  it('ignores what would widen, with a note that names the key and both values', () => {
    const wide = parse('version: 1\npolicy: { maxFiles: 99, maxChangedLines: 401 }\nminimumEffect: 0\n');
    const effective = tightenedPolicy(operator, [wide]);

    expect(effective).toMatchObject({ ...operator, opportunities: 'on', model: 'on', disabledSkills: [] });
    expect(effective.notes).toEqual([
      expect.stringMatching(/policy\.maxFiles: 99.*widen.*10 holds/),
      expect.stringMatching(/policy\.maxChangedLines: 401.*400 holds/),
      expect.stringMatching(/minimumEffect: 0, .*0\.02 holds/),
    ]);
  });

  it('leaves the operator alone without such a file', () => {
    expect(tightenedPolicy(operator, [])).toMatchObject(operator);
  });
});

describe('parseTargetPolicy', () => {
  it.each([
    ['an unknown key', 'version: 1\nreviewers: [me]', ['(top level)', 'unknown key "reviewers"']],
    ['a misspelt key', 'version: 1\nskills: { disable: [a] }', ['skills', 'unknown key "disable"']],
    ['a wrong type', 'version: 1\npolicy: { maxFiles: few }', ['policy.maxFiles', '"few"', 'number']],
    ['a word that means nothing', 'version: 1\nopportunities: no', ['opportunities', '"no"', '"off"']],
    ['another version', 'version: 2', ['version', 'found 2']],
    ['broken YAML', 'version: [1', ['not valid YAML']],
    ['a key twice', 'version: 1\nminimumEffect: 0.1\nminimumEffect: 0', ['not valid YAML']],
    ['an empty file', '', ['(top level)', 'found null']],
    ['an endless file', `version: 1 #${'x'.repeat(70_000)}`, ['longer than']],
  ])('refuses %s, saying where and what is allowed', (_, text, words) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'HEADROOM_TARGET_POLICY_INVALID' }));
    for (const word of ['.headroom.yml on the base branch', ...words]) expect(() => parse(text)).toThrow(word);
  });

  it('refuses aliases that would fill the memory', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 9; at += 1)
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );

    expect(() => parse(lines.join('\n'))).toThrow(/not valid YAML/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { skillText, type HeaderChanges } from '../testing/skill.fixtures.js';
import { parseSkillFile } from './skill.file.js';

const parsed = (changes: HeaderChanges = {}, folder = 'speed-up') => parseSkillFile(skillText(changes), folder);

describe('a SKILL.md', () => {
  it('gives the six fields and what the metadata say', () => {
    const result = parsed({
      fields: { license: 'Apache-2.0', compatibility: 'Needs Node 24', 'allowed-tools': 'Read Grep' },
      metadata: {
        'headroom.dev/side': '"offense defense"',
        'headroom.dev/applies-to': '"lang:typescript lang:javascript type:cpu not-cause:config frame:*/@scope/lib/*"',
        'headroom.dev/uses': '"slow-down look-twice"',
        'headroom.dev/model': '"after-playbook"',
        'headroom.dev/requires-tools': '"code_search code_read_file"',
        'headroom.dev/playbook': '"rules"',
        'headroom.dev/allowed-effects': '"fewer-log-records:debug,info"',
        'other.example/key': '"kept"',
      },
    });

    expect(result).toMatchObject({
      ok: true,
      file: {
        name: 'speed-up',
        license: 'Apache-2.0',
        compatibility: 'Needs Node 24',
        allowedTools: 'Read Grep',
        kind: 'opportunity',
        sides: ['offense', 'defense'],
        version: '1.2.3',
        appliesTo: [
          { key: 'lang', value: 'typescript' },
          { key: 'lang', value: 'javascript' },
          { key: 'type', value: 'cpu' },
          { key: 'cause', value: 'config', negated: true },
          { key: 'frame', value: '*/@scope/lib/*' },
        ],
        uses: ['slow-down', 'look-twice'],
        model: 'after-playbook',
        requiresTools: ['code_search', 'code_read_file'],
        playbook: 'rules',
        allowedEffects: ['fewer-log-records:debug,info'],
        metadata: { 'other.example/key': 'kept' },
        body: '\n# Speed up\n',
      },
    });
  });

  it('means no playbook and no effect by leaving them out', () => {
    expect(parsed()).toMatchObject({ ok: true, file: { allowedEffects: [], requiresTools: [] } });
    expect(parsed()).not.toHaveProperty('file.playbook');
  });

  it.each([
    ['opportunity', 'none', 'only'],
    ['mitigation', 'none', 'only'],
    ['analysis', 'none', 'never'],
    ['opportunity', 'rules', 'never'],
  ])('of kind %s with the playbook %s uses a model %s, where it does not say', (kind, playbook, model) => {
    const metadata = { 'headroom.dev/kind': `"${kind}"`, 'headroom.dev/playbook': `"${playbook}"` };

    expect(parsed({ metadata })).toMatchObject({ ok: true, file: { model } });
  });

  it.each<[string, HeaderChanges, RegExp]>([
    ['a used skill that has no name', { metadata: { 'headroom.dev/uses': '"Other"' } }, /uses: must be names/],
    ['an unknown use of a model', { metadata: { 'headroom.dev/model': '"maybe"' } }, /headroom.dev\/model/],
    ['a seventh field', { fields: { author: 'me' } }, /author/],
    ['a name with capitals', { fields: { name: 'Speed-up' } }, /^name: must be lower-case/],
    ['a name with a double hyphen', { fields: { name: 'speed--up' } }, /^name: must be lower-case/],
    ['a name of 65 characters', { fields: { name: 'a'.repeat(65) } }, /^name: must have at most 64/],
    ['another name than the folder', { fields: { name: 'slow-down' } }, /must equal the folder "speed-up"/],
    ['no description', { fields: { description: undefined } }, /^description/],
    [
      'a description of 1025 characters',
      { fields: { description: 'x'.repeat(1025) } },
      /^description: must have at most/,
    ],
    [
      'a version that YAML reads as a number',
      { metadata: { 'headroom.dev/version': '1.0' } },
      /version: must be a quoted string/,
    ],
    [
      'a version that is not semantic',
      { metadata: { 'headroom.dev/version': '"1.0"' } },
      /version: must be a semantic/,
    ],
    ['an unknown kind', { metadata: { 'headroom.dev/kind': '"magic"' } }, /^metadata.headroom.dev\/kind/],
    ['an unknown side', { metadata: { 'headroom.dev/side': '"offence"' } }, /side: must be offense/],
    ['no predicates', { metadata: { 'headroom.dev/applies-to': undefined } }, /applies-to/],
    ['a predicate without a key', { metadata: { 'headroom.dev/applies-to': '"typescript"' } }, /must be predicates/],
    [
      'a playbook that is a path',
      { metadata: { 'headroom.dev/playbook': '"../rules"' } },
      /playbook: must be one word/,
    ],
    ['a reserved key', { metadata: { 'io.modelcontextprotocol/x': '"y"' } }, /reserved/],
    ['flow style', { fields: { license: '{ a: b }' } }, /block-style/],
    ['an anchor', { fields: { license: '&a MIT' } }, /anchors/],
    ['a tag', { fields: { license: '!mine MIT' } }, /tag/i],
    ["a tag of YAML's own", { fields: { license: '!!str MIT' } }, /must not use tags/],
    [
      'a text that is longer by its end of line',
      { fields: { description: `|\n  ${'x'.repeat(1024)}` } },
      /must have at most 1024 characters/,
    ],
    ['a number where a text is wanted', { fields: { name: '123' } }, /^name: must be a text: quote it$/],
    ['a field without a value', { fields: { license: '' } }, /^license: must not be empty$/],
    ['a key that is missing', { metadata: { 'headroom.dev/version': undefined } }, /version: is missing$/],
    [
      'a colon that makes a map',
      { fields: { license: 'a: b' } },
      /at line 4, column 10; quote a text that holds ": "$/,
    ],
    ['a key twice', { fields: { license: 'MIT\nlicense: MIT' } }, /unique/],
  ])('is refused for %s', (_name, changes, problem) => {
    const result = parsed(changes);

    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? [] : result.problems).toContainEqual(expect.stringMatching(problem));
  });

  it('counts characters, not the halves that some of them are made of', () => {
    expect(parsed({ fields: { description: '🐢'.repeat(1024) } })).toMatchObject({ ok: true });
  });

  it('tells of what is missing, of a byte order mark, and of YAML that cannot be read, in one line each', () => {
    const problems = (text: string) => {
      const result = parseSkillFile(text, 'speed-up');
      return result.ok ? [] : result.problems;
    };

    expect(problems('---\nname: speed-up\n---\n')).toEqual(['description: is missing', 'metadata: is missing']);
    expect(problems(`\uFEFF${skillText()}`)).toEqual([expect.stringContaining('byte order mark')]);
    expect(problems('---\nname: speed-up\n\tlicense: a\n x: y: z\n---\n')).toEqual([
      expect.stringMatching(/^header: Tabs are not allowed as indentation at line 3, column 1$/),
    ]);
  });

  it.each(['', '# Speed up\n', '\n---\nname: speed-up\n---\n', '---\n- a\n---\n'])(
    'is refused for a header like %j',
    (text) => {
      expect(parseSkillFile(text, 'speed-up')).toMatchObject({
        ok: false,
        problems: [expect.stringContaining('header')],
      });
    },
  );

  it('may have CRLF line endings', () => {
    expect(parseSkillFile(skillText().replaceAll('\n', '\r\n'), 'speed-up')).toMatchObject({ ok: true });
  });
});

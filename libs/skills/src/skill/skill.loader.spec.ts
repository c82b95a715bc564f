import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { skillText } from '../testing/skill.fixtures.js';
import { CATALOGUE, inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { loadSkills } from './skill.loader.js';

const RULE = 'id: find-it\nlanguage: TypeScript\nmessage: It is there.\nrule:\n  kind: identifier\n';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

const named = (name: string, playbook = 'none') =>
  skillText({ fields: { name }, metadata: { 'headroom.dev/playbook': `"${playbook}"` } });

describe('loading skills', () => {
  it('finds the skills of the catalogue, with their rules', async () => {
    const { skills, skipped } = await loadSkills(CATALOGUE);

    expect(skipped).toEqual([]);
    const rules = Object.fromEntries(skills.map((skill) => [skill.name, skill.rules.map(({ id }) => id)]));
    expect(rules).toMatchObject({
      'log-sampling': ['log-call'],
      'regex-precompile': expect.arrayContaining(['regex-construction']),
    });
  });

  it('leaves a broken skill out with its reasons and keeps the others', () =>
    inFolder(async (dir) => {
      writeFiles(dir, {
        'good/SKILL.md': named('good'),
        'broken/SKILL.md': 'no header',
        'deep/er/nested/SKILL.md': named('nested'),
        'no-rules/SKILL.md': named('no-rules', 'rules'),
        'bad-rule/SKILL.md': named('bad-rule', 'rules'),
        'bad-rule/rules/find.yml': RULE,
        'twice/good/SKILL.md': named('good'),
        'README.md': 'not a skill',
      });

      const { skills, skipped } = await loadSkills(dir);

      expect(skills.map((skill) => skill.name)).toEqual(['good', 'nested']);
      expect(skipped.map(({ name, reasons }) => [name, reasons.join('; ')])).toEqual([
        ['bad-rule', expect.stringContaining('its id "find-it" must equal')],
        ['broken', expect.stringContaining('must start with a header')],
        ['no-rules', expect.stringContaining('rules')],
        ['good', expect.stringContaining('same name')],
      ]);
    }));

  it('makes a digest of paths and contents that any change of the folder changes', () =>
    inFolder(async (dir) => {
      const text = named('good');
      writeFiles(dir, { 'good/SKILL.md': text, 'good/a/b.md': 'b', 'good/a-c.md': 'c' });

      const before = (await loadSkills(dir)).skills[0]!.digest;
      writeFiles(dir, { 'good/a/b.md': 'b changed' });
      const after = (await loadSkills(dir)).skills[0]!.digest;

      expect(before).toBe(sha(`SKILL.md\0${sha(text)}\na-c.md\0${sha('c')}\na/b.md\0${sha('b')}\n`));
      expect(after).not.toBe(before);
    }));

  it('leaves out a skill that holds a symbolic link', () =>
    inFolder(async (dir) => {
      writeFiles(dir, { 'good/SKILL.md': named('good') });
      symlinkSync('/etc/hostname', join(dir, 'good', 'link'));

      expect((await loadSkills(dir)).skipped).toMatchObject([
        { name: 'good', reasons: [expect.stringContaining('link is a symbolic link')] },
      ]);
    }));

  it('tells of each folder that was meant to be a skill why it is none, and reads no special file', () =>
    inFolder(async (dir) => {
      mkdirSync(join(dir, 'skills/folder/SKILL.md'), { recursive: true });
      writeFiles(dir, {
        'elsewhere/linked/SKILL.md': named('linked'),
        'skills/large/SKILL.md': named('large') + 'x'.repeat(1 << 20),
        'skills/lower/skill.md': named('lower'),
        'skills/special/SKILL.md': named('special'),
        'skills/rule/SKILL.md': named('rule', 'rules'),
      });
      symlinkSync('../elsewhere/linked', join(dir, 'skills/linked'));
      mkdirSync(join(dir, 'skills/latin'));
      writeFileSync(join(dir, 'skills/latin/SKILL.md'), Buffer.from(`${named('latin')}caf\xe9`, 'latin1'));
      const socket = createServer();
      await new Promise<void>((listening) => void socket.listen(join(dir, 'skills/special/p'), listening));
      mkdirSync(join(dir, 'skills/rule/rules/a.yml'), { recursive: true });

      const { skills, skipped } = await loadSkills(join(dir, 'skills')).finally(() => socket.close());

      expect(skills).toEqual([]);
      expect(skipped.map(({ name, reasons }) => `${name}: ${reasons.join('; ')}`)).toEqual([
        'folder: SKILL.md: is a folder, not a text',
        'large: SKILL.md: is larger than 1 MiB; move parts to other files',
        'latin: SKILL.md: is no text in UTF-8; save it as one',
        expect.stringMatching(/^linked: its folder is a symbolic link/),
        'lower: SKILL.md: is not there; rename skill.md',
        'rule: rules/a.yml: is a folder, not a text',
        expect.stringMatching(/^special: p is a special file/),
      ]);
    }));

  it.each([
    ['rule: { kind: nothing_like_it }', /ast-grep refuses the rule for \*\.ts: .*`nothing_like_it` is invalid/],
    ['rule: { kind: type_annotation }', /ast-grep refuses the rule for \*\.js: /],
    ['rule: { pattern: it(), nope: x }', /unknown field `nope`/],
    ['rule: { matches: nowhere }', /`nowhere` is not defined/],
    ['rule: { pattern: it() }\nsurprise: 1', /\(top level\): has an unknown key "surprise"/],
    ['rule: it: it', /at line 4, column 7; quote a text that holds ": "$/],
  ])('leaves out a skill with the rule %j, which would break every search', (rule, reason) =>
    inFolder(async (dir) => {
      const text = `id: find-it\nlanguage: TypeScript\nmessage: It is there.\n${rule}\n`;
      writeFiles(dir, { 'bad/SKILL.md': named('bad', 'rules'), 'bad/rules/find-it.yml': text });

      const [bad] = (await loadSkills(dir)).skipped;

      expect(bad?.reasons).toEqual([expect.stringMatching(reason)]);
      expect(bad?.reasons[0]).toMatch(/^rules\/find-it\.yml: .*$/);
    }),
  );

  it('lets a later folder add skills, and take the place of earlier ones only where it names them', () =>
    inFolder(async (dir) => {
      for (const name of ['one', 'two']) writeFiles(dir, { [`first/${name}/SKILL.md`]: named(name) });
      for (const name of ['one', 'two', 'three']) writeFiles(dir, { [`second/deep/${name}/SKILL.md`]: named(name) });
      const first = { dir: join(dir, 'first') };
      const second = { dir: join(dir, 'second'), overrides: ['two', 'three', 'none'] };

      const { skills, skipped } = await loadSkills([first, second]);

      expect(skills.map((skill) => [skill.name, relative(dir, skill.dir)])).toEqual([
        ['one', 'first/one'],
        ['three', 'second/deep/three'],
        ['two', 'second/deep/two'],
      ]);
      expect(skipped.map((skill) => [relative(dir, skill.dir), ...skill.reasons])).toEqual([
        ['second/deep/one', expect.stringMatching(/^another folder holds a skill of the same name: .*first\/one$/)],
        ['first/two', expect.stringMatching(/^the skill in .*second\/deep\/two overrides it$/)],
      ]);
    }));

  it('says which folder cannot be read', async () => {
    await expect(loadSkills('/nowhere/at/all')).rejects.toMatchObject({
      code: 'HEADROOM_SKILLS_UNREADABLE',
      message: expect.stringContaining('/nowhere/at/all'),
    });
  });
});

import { createHash } from 'node:crypto';
import { symlinkSync } from 'node:fs';
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
        ['second/deep/one', 'another folder holds a skill of the same name'],
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

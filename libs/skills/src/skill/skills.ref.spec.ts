import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText, type HeaderChanges } from '../testing/skill.fixtures.js';
import { validateWithSkillsRef } from '../testing/skills.ref.js';
import { parseSkillFile } from './skill.file.js';
import { findSkillFolders } from './skill.folder.js';

describe('the published validator of the format', () => {
  it('finds nothing wrong with any skill of the catalogue', async () => {
    const folders = await findSkillFolders(CATALOGUE);

    const problems = validateWithSkillsRef(folders);

    expect(folders.length).toBeGreaterThan(0);
    expect(folders.flatMap((folder, index) => problems[index]!.map((problem) => `${folder}: ${problem}`))).toEqual([]);
  });

  it('refuses what our own reading of the format refuses', () =>
    inFolder((dir) => {
      const wrong: Record<string, HeaderChanges> = {
        'seventh-field': { fields: { name: 'seventh-field', author: 'me' } },
        'other-name': { fields: { name: 'another-name' } },
        Capitals: { fields: { name: 'Capitals' } },
        'double--hyphen': { fields: { name: 'double--hyphen' } },
        'long-description': { fields: { name: 'long-description', description: 'x'.repeat(1025) } },
        'long-compatibility': { fields: { name: 'long-compatibility', compatibility: 'x'.repeat(501) } },
        'flow-style': { fields: { name: 'flow-style', license: '{ a: b }' } },
        'an-anchor': { fields: { name: 'an-anchor', license: '&a MIT' } },
        'key-twice': { fields: { name: 'key-twice', license: 'MIT\nlicense: MIT' } },
      };
      const names = Object.keys(wrong);
      writeFiles(dir, Object.fromEntries(names.map((name) => [`${name}/SKILL.md`, skillText(wrong[name])])));

      const theirs = validateWithSkillsRef(names.map((name) => join(dir, name)));

      expect(names.filter((_name, index) => theirs[index]!.length === 0)).toEqual([]);
      expect(names.filter((name) => parseSkillFile(skillText(wrong[name]), name).ok)).toEqual([]);
    }));
});

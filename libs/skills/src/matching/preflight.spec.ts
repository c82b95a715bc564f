import { describe, expect, it } from '@jest/globals';
import { inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText } from '../testing/skill.fixtures.js';
import { loadSkills } from '../skill/skill.loader.js';
import { usableSkills } from './preflight.js';

describe('skills that can be used here', () => {
  it('are those whose tools can be reached and whose playbook is known; the others are hidden with the reason', () =>
    inFolder(async (dir) => {
      const skill = (name: string, metadata: Record<string, string>) => skillText({ fields: { name }, metadata });
      writeFiles(dir, {
        'plain/SKILL.md': skill('plain', {}),
        'looks/SKILL.md': skill('looks', { 'headroom.dev/requires-tools': '"code_search code_read_file"' }),
        'newer/SKILL.md': skill('newer', { 'headroom.dev/playbook': '"telepathy"' }),
        'broken/SKILL.md': '',
      });
      const catalogue = await loadSkills(dir);
      const namesOf = (tools?: string[]) => usableSkills(catalogue, tools && { tools }).skills.map(({ name }) => name);

      const { skipped } = usableSkills(catalogue, { tools: ['code_search'] });

      expect(skipped.map(({ name, reasons }) => `${name}: ${reasons.join()}`)).toEqual([
        expect.stringMatching(/^broken: /),
        'looks: the tools that it needs cannot be reached: code_read_file',
        expect.stringMatching(/^newer: its playbook "telepathy" is not known here; known are rules, git-revert/),
      ]);
      expect(namesOf(['code_search'])).toEqual(['plain']);
      expect(namesOf(['code_read_file', 'code_search'])).toEqual(['looks', 'plain']);
      expect(namesOf()).toEqual(['looks', 'plain']);
    }));
});

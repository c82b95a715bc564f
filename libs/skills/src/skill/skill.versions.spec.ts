import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { skillText } from '../testing/skill.fixtures.js';
import { lintVersions } from './skill.versions.js';

function git(dir: string, ...words: string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@team.example'];
  execFileSync('git', [...who, ...words], { cwd: dir, env, stdio: 'pipe' });
}

function write(dir: string, name: string, version: string, more: Record<string, string> = {}): void {
  const metadata = { 'headroom.dev/version': `"${version}"` };
  writeFiles(dir, { [`${name}/SKILL.md`]: skillText({ fields: { name }, metadata }) });
  writeFiles(dir, Object.fromEntries(Object.entries(more).map(([path, text]) => [`${name}/${path}`, text])));
}

/** A trunk with two skills, and a branch from it. */
async function onBranch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  return inFolder(async (dir) => {
    git(dir, 'init', '-q', '-b', 'main');
    write(dir, 'one', '1.9.0', { 'a.md': 'a' });
    write(dir, 'two', '1.0.0');
    git(dir, 'add', '.');
    git(dir, 'commit', '-q', '-m', 'Begin');
    git(dir, 'switch', '-q', '-c', 'work');
    return work(dir);
  });
}

describe('versions of skills', () => {
  it('must rise with any change of the folder, committed or not', () =>
    onBranch(async (dir) => {
      expect(await lintVersions(dir)).toMatchObject({ problems: [], base: expect.stringMatching(/^[0-9a-f]{40}$/) });

      write(dir, 'one', '1.9.0', { 'a.md': 'other' });
      const uncommitted = await lintVersions(dir);
      git(dir, 'commit', '-q', '-a', '-m', 'Change');
      write(dir, 'two', '1.0.0', { 'new.md': 'untracked' });
      const committed = await lintVersions(dir);

      const sentence = expect.stringMatching(/version: the folder changed since [0-9a-f]{12}; raise 1\.9\.0$/);
      expect(uncommitted.problems).toEqual([{ skill: 'one', problem: sentence }]);
      expect(committed.problems).toEqual([
        { skill: 'one', problem: sentence },
        { skill: 'two', problem: expect.stringMatching(/raise 1\.0\.0$/) },
      ]);
    }));

  it.each([
    ['1.10.0', true],
    ['2.0.0', true],
    ['1.9.1-beta', true],
    ['1.9.0-beta', false],
    ['1.8.9', false],
  ])('are satisfied after 1.9.0 by %s: %s', (version, satisfied) =>
    onBranch(async (dir) => {
      write(dir, 'one', version, { 'a.md': 'other' });

      expect((await lintVersions(dir)).problems).toHaveLength(satisfied ? 0 : 1);
    }),
  );

  it('count the numbers of a pre-release as numbers', () =>
    onBranch(async (dir) => {
      write(dir, 'one', '2.0.0-beta.9');
      git(dir, 'commit', '-q', '-a', '-m', 'Beta');
      const problems = async (version: string) => {
        write(dir, 'one', version);
        return (await lintVersions(dir, 'HEAD')).problems.length;
      };

      expect([await problems('2.0.0-beta.10'), await problems('2.0.0'), await problems('2.0.0-beta.8')]).toEqual([
        0, 0, 1,
      ]);
    }));

  it('are those of the repository that the folder is in, whatever git says to its hooks', () =>
    onBranch(async (dir) => {
      write(dir, 'one', '1.9.0', { 'a.md': 'other' });
      process.env['GIT_DIR'] = '.git/nowhere';
      try {
        expect((await lintVersions(dir)).problems).toHaveLength(1);
      } finally {
        delete process.env['GIT_DIR'];
      }
    }));

  it('need not rise again in the same branch, nor for a new skill, nor for what changed on the trunk meanwhile', () =>
    onBranch(async (dir) => {
      write(dir, 'one', '1.10.0', { 'a.md': 'other' });
      git(dir, 'commit', '-q', '-a', '-m', 'Raise');
      write(dir, 'one', '1.10.0', { 'a.md': 'and another' });
      write(dir, 'three', '0.1.0');
      git(dir, 'stash', '-q', '-u');
      git(dir, 'switch', '-q', 'main');
      write(dir, 'two', '1.0.1');
      git(dir, 'commit', '-q', '-a', '-m', 'Meanwhile');
      git(dir, 'switch', '-q', 'work');
      git(dir, 'stash', 'pop', '-q');

      expect((await lintVersions(dir)).problems).toEqual([]);
    }));

  it('are compared with what is asked for, and it is said when they cannot be', () =>
    onBranch(async (dir) => {
      write(dir, 'one', '1.9.0', { 'a.md': 'other' });
      git(dir, 'commit', '-q', '-a', '-m', 'Change');

      expect((await lintVersions(dir, 'HEAD')).problems).toEqual([]);
      expect((await lintVersions(dir, 'HEAD~1')).problems).toHaveLength(1);
      for (const base of ['nowhere', '', '--help']) {
        await expect(lintVersions(dir, base)).rejects.toMatchObject({
          code: 'HEADROOM_USAGE',
          message: expect.stringContaining(`"${base}" is no commit`),
        });
      }
      await expect(inFolder((other) => lintVersions(other, 'HEAD'))).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
      expect(await inFolder((other) => lintVersions(other))).toMatchObject({
        note: expect.stringMatching(/in no git repository/),
      });
    }));
});

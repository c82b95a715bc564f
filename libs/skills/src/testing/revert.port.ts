import { execFileSync } from 'node:child_process';
import type { RevertPort } from '../playbooks/playbook.js';

const SETTINGS = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Git's own revert in a repository that may be changed: its `HEAD` is the base. */
export function revertPortOf(dir: string): RevertPort {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: dir, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...SETTINGS } });
  return {
    revert: async (commit) => {
      try {
        git('revert', '--no-commit', commit);
      } catch {
        const paths = git('diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean);
        git('reset', '--hard', '--quiet', 'HEAD');
        return { status: 'conflict', paths };
      }
      const [patch, tree] = [git('diff', '--cached', 'HEAD'), git('write-tree').trim()];
      git('reset', '--hard', '--quiet', 'HEAD');
      return patch === '' ? { status: 'gone' } : { status: 'clean', patch, tree };
    },
    findWords: async (tree, words) => {
      let found = '';
      try {
        found = git('grep', '-n', '-w', '-F', ...words.flatMap((word) => ['-e', word]), tree, '--');
      } catch {
        return [];
      }
      return found
        .split('\n')
        .filter(Boolean)
        .map((line) => /^[^:]+:([^:]+):(\d+):(.*)$/.exec(line)!)
        .map(([, path, line, text]) => ({ path: path!, line: Number(line), text: text! }));
    },
  };
}

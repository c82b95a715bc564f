/** Puts the files of a commit of a bare repository into a folder of their own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

export function checkout(repository, commit, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const index = `${folder}.index`;
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_DIR: repository,
    GIT_WORK_TREE: folder,
    GIT_INDEX_FILE: index,
  };
  const git = (...args) => execFileSync('git', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  git('read-tree', commit);
  git('checkout-index', '--all');
  rmSync(index);
}

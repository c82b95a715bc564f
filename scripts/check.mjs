/** The static checks, in the order in which they are cheapest: format, generated files, lint, types, boundaries, skills, dead code. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';

const bin = (path) => join(workspaceRoot, 'node_modules', path);
const nx = (target) => [bin('nx/dist/bin/nx.js'), 'run-many', '-t', target, '--output-style=static'];
const checks = [
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['lint', nx('lint')],
  ['types', nx('typecheck')],
  [
    'boundaries',
    [
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'err',
      'apps',
      'libs',
    ],
  ],
  ['skills', [join(workspaceRoot, 'apps/cli/bin/headroom.mjs'), 'skills', 'lint']],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
];

let failed = false;
for (const [name, args] of checks) {
  const result = spawnSync(process.execPath, args, {
    cwd: workspaceRoot,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  const ok = result.status === 0;
  failed ||= !ok;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (!ok) process.stdout.write(`${result.stdout}${result.stderr}\n`);
}
process.exit(failed ? 1 : 0);

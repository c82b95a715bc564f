/**
 * Runs every test of the workspace and prints the closing count, `N passed, N failed`, alone on the last line.
 * Unit tests run side by side; tests that measure or start whole hosts run alone afterwards. Nothing is replayed from a
 * cache.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';

function nx(target, parallel) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        'node_modules/nx/dist/bin/nx.js',
        'run-many',
        '-t',
        target,
        `--parallel=${parallel}`,
        '--skip-nx-cache',
        '--output-style=stream',
      ],
      { cwd: workspaceRoot, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NX_DAEMON: 'false' } },
    );
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Adds up Jest's result files; a suite that failed to load counts as one failure. */
function count() {
  const total = { passed: 0, failed: 0 };
  for (const file of globSync('{libs/*,apps/*,e2e}/test-results/*.json', { cwd: workspaceRoot })) {
    const result = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  }
  return total;
}

for (const file of globSync('{libs/*,apps/*,e2e}/test-results', { cwd: workspaceRoot })) {
  rmSync(join(workspaceRoot, file), { recursive: true });
}
const codes = [await nx('test', 2), await nx('test:integration', 1)];
const { passed, failed } = count();
const broken = codes.some((code) => code !== 0) || failed > 0 || passed === 0;
if (broken && failed === 0) process.stdout.write('A test target failed before it could report its tests.\n');
process.stdout.write(`${passed} passed, ${broken ? Math.max(failed, 1) : 0} failed\n`);
process.exit(broken ? 1 : 0);

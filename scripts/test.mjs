/**
 * Runs every test of the workspace and prints the closing count, `N passed, N failed`, alone on the last line.
 * Unit tests run side by side; tests that measure or start whole hosts run alone afterwards. Nothing is replayed from a
 * cache. Without a sandbox the tests that need one are left out, and that is said; in CI it is a failure.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';
import { provideSandbox, SANDBOX_ADVICE } from './sandbox.mjs';

/** Runs a target of every project that has it; shows what it printed only when it fails. */
function nx(target, parallel) {
  return new Promise((resolve, reject) => {
    const words = ['run-many', '-t', target, `--parallel=${parallel}`, '--skip-nx-cache', '--output-style=stream'];
    const child = spawn(process.execPath, ['node_modules/nx/dist/bin/nx.js', ...words], {
      cwd: workspaceRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const shown = [];
    child.stdout.on('data', (chunk) => shown.push(chunk));
    child.stderr.on('data', (chunk) => shown.push(chunk));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) process.stdout.write(Buffer.concat(shown));
      resolve(code ?? 1);
    });
  });
}

/** Adds up Jest's result files of one kind, a line a project; a suite that failed to load counts as one failure. */
function count(kind) {
  const total = { passed: 0, failed: 0 };
  for (const file of globSync(`{libs/*,apps/*,e2e}/test-results/${kind}.json`, { cwd: workspaceRoot }).sort()) {
    const result = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    process.stdout.write(
      `${failed === 0 ? 'ok  ' : 'FAIL'} ${dirname(dirname(file))} (${kind}): ${result.numPassedTests}\n`,
    );
    total.passed += result.numPassedTests;
    total.failed += failed;
  }
  return total;
}

for (const file of globSync('{libs/*,apps/*,e2e}/test-results', { cwd: workspaceRoot })) {
  rmSync(join(workspaceRoot, file), { recursive: true });
}
const sandboxed = provideSandbox();
if (!sandboxed) {
  process.stdout.write(`${SANDBOX_ADVICE}\n`);
  if (process.env.CI) process.exit(1);
}
const env = { ...process.env, NX_DAEMON: 'false', ...(sandboxed ? {} : { HEADROOM_TESTS_WITHOUT_SANDBOX: '1' }) };

const unitCode = await nx('test', 2);
const unit = count('unit');
process.stdout.write('now, one after another, the tests that measure or start whole hosts; this takes some minutes\n');
const integrationCode = await nx('test:integration', 1);
const integration = count('integration');

const passed = unit.passed + integration.passed;
const failed = unit.failed + integration.failed;
const broken = unitCode !== 0 || integrationCode !== 0 || failed > 0 || passed === 0;
if (broken && failed === 0) process.stdout.write('A test target failed before it could report its tests.\n');
process.stdout.write(`${passed} passed, ${broken ? Math.max(failed, 1) : 0} failed\n`);
process.exit(broken ? 1 : 0);

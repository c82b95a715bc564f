/**
 * Runs every test of the workspace and prints the closing count, `N passed, N failed`, alone on the last line; the
 * titles of what failed stand right before it. Unit tests run side by side; tests that measure, start whole hosts, or
 * use the Kafka and the Redis that are started for them, run alone afterwards. Nothing is replayed from a cache. Tests
 * that need a sandbox, a Kafka or a Redis that is not there are left out, and that is said; in CI it is a failure.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';
import { adviceOn, providePrograms } from './programs.mjs';
import { startServices } from './services.mjs';

const env = { ...process.env, NX_DAEMON: 'false' };
let child;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs a target of every project that has it; shows what it printed only when it fails. */
function nx(target, parallel) {
  return new Promise((resolve, reject) => {
    const words = ['run-many', '-t', target, `--parallel=${parallel}`, '--skip-nx-cache', '--output-style=stream'];
    child = spawn(process.execPath, ['node_modules/nx/dist/bin/nx.js', ...words], {
      cwd: workspaceRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const shown = [];
    child.stdout.on('data', (chunk) => shown.push(chunk));
    child.stderr.on('data', (chunk) => shown.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) process.stdout.write(Buffer.concat(shown));
      resolve(code ?? 1);
    });
  });
}

/** Titles of what failed in a result of Jest. */
function failuresOf(project, result) {
  return result.testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((each) => each.status === 'failed');
    if (status === 'failed' && failed.length === 0)
      return `${project} › ${relative(join(workspaceRoot, project), name)}`;
    return failed.map(({ ancestorTitles, title }) => [project, ...ancestorTitles, title].join(' › '));
  });
}

/** Adds up Jest's result files of one kind, a line a project; a suite that failed to load counts as one failure. */
function count(kind) {
  const total = { passed: 0, failed: 0, failures: [] };
  for (const file of globSync(`{libs/*,apps/*,e2e}/test-results/${kind}.json`, { cwd: workspaceRoot }).sort()) {
    const result = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
    const project = dirname(dirname(file));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    say(`${failed === 0 ? 'ok  ' : 'FAIL'} ${project} (${kind}): ${result.numPassedTests}`);
    total.passed += result.numPassedTests;
    total.failed += failed;
    total.failures.push(...failuresOf(project, result));
  }
  return total;
}

/** Starts Kafka and Redis for the tests that follow; whether nothing is missing. */
async function runIntegration() {
  const services = await startServices();
  Object.assign(env, services.env);
  for (const line of [...services.lines, ...services.missing]) say(line);
  say(
    'now, one after another, the tests that measure, use Kafka and Redis, or start whole hosts; this takes some minutes',
  );
  try {
    const code = stopping ? 1 : await nx('test:integration', 1);
    return services.mustFail ? 1 : code;
  } finally {
    await services.stop();
  }
}

for (const file of globSync('{libs/*,apps/*,e2e}/test-results', { cwd: workspaceRoot })) {
  rmSync(join(workspaceRoot, file), { recursive: true });
}
if (providePrograms().includes('bubblewrap')) {
  say(adviceOn('bubblewrap'));
  if (process.env.CI) process.exit(1);
  env.HEADROOM_TESTS_WITHOUT_SANDBOX = '1';
}

const codes = [await nx('test', 2)];
const unit = count('unit');
if (!stopping) codes.push(await runIntegration());
const integration = count('integration');

const passed = unit.passed + integration.passed;
const failed = unit.failed + integration.failed;
const broken = stopping || codes.some((code) => code !== 0) || failed > 0 || passed === 0;
if (broken && failed === 0) say('A test target failed before it could report its tests, or tests were left out.');
for (const title of [...unit.failures, ...integration.failures]) say(`FAIL ${title}`);
say(`${passed} passed, ${broken ? Math.max(failed, 1) : 0} failed`);
process.exit(broken ? 1 : 0);

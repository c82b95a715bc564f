/**
 * Runs every test of the workspace and prints the closing count, `N passed, N failed`, alone on the last line; the
 * titles of what failed stand right before it. Unit tests run side by side, then those that start whole hosts or use the
 * Kafka and the Redis that are started for them; tests that measure run alone at the end. Nothing is replayed from a
 * cache. Tests that need a sandbox, a Prometheus, a Kafka or a Redis that is not there are left out, and that is said; in
 * CI it is a failure.
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
const total = { passed: 0, failed: 0, failures: [] };
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
  const sum = { passed: 0, failed: 0, failures: [] };
  for (const file of globSync(`{libs/*,apps/*,e2e}/test-results/${kind}.json`, { cwd: workspaceRoot }).sort()) {
    const result = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
    const project = dirname(dirname(file));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    say(`${failed === 0 ? 'ok  ' : 'FAIL'} ${project} (${kind}): ${result.numPassedTests}`);
    sum.passed += result.numPassedTests;
    sum.failed += failed;
    sum.failures.push(...failuresOf(project, result));
  }
  return sum;
}

/** Runs the tests of one kind in every project; adds up and prints what they say. */
async function run({ kind, target, parallel, about }) {
  if (stopping) return 1;
  say(about);
  const began = Date.now();
  const code = await nx(target, parallel);
  const { passed, failed, failures } = count(kind);
  say(`${kind}: ${passed} passed, ${failed} failed, ${Math.round((Date.now() - began) / 1000)} s`);
  total.passed += passed;
  total.failed += failed;
  total.failures.push(...failures);
  return code;
}

/** Runs the tests that use Kafka and Redis, which are started for all of them; the exit codes. */
async function runWithServices(kinds) {
  const services = await startServices();
  Object.assign(env, services.env);
  for (const line of [...services.lines, ...services.missing]) say(line);
  try {
    const codes = [];
    for (const kind of kinds) codes.push(await run(kind));
    return services.mustFail ? [...codes, 1] : codes;
  } finally {
    await services.stop();
  }
}

for (const file of globSync('{libs/*,apps/*,e2e}/test-results', { cwd: workspaceRoot })) {
  rmSync(join(workspaceRoot, file), { recursive: true });
}
const missing = providePrograms();
for (const [program, variable] of [
  ['bubblewrap', 'HEADROOM_TESTS_WITHOUT_SANDBOX'],
  ['prometheus', 'HEADROOM_TESTS_WITHOUT_PROMETHEUS'],
]) {
  if (!missing.includes(program)) continue;
  say(adviceOn(program));
  if (process.env.CI) process.exit(1);
  env[variable] = '1';
}

const codes = [
  await run({ kind: 'unit', target: 'test', parallel: 2, about: 'unit tests' }),
  ...(await runWithServices([
    {
      kind: 'integration',
      target: 'test:integration',
      parallel: 2,
      about: 'tests with Kafka, Redis and whole hosts, side by side; this takes some minutes',
    },
    {
      kind: 'measured',
      target: 'test:measured',
      parallel: 1,
      about: 'tests that measure, one after another; this takes some minutes more',
    },
  ])),
];

const { passed, failed, failures } = total;
const broken = stopping || codes.some((code) => code !== 0) || failed > 0 || passed === 0;
if (broken && failed === 0) say('A test target failed before it could report its tests, or tests were left out.');
for (const title of failures) say(`FAIL ${title}`);
say(`${passed} passed, ${broken ? Math.max(failed, 1) : 0} failed`);
process.exit(broken ? 1 : 0);

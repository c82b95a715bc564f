/**
 * The first run, as a newcomer makes it: `npm start -- --exit --json` in a fresh data directory, judged by what must hold.
 * A machine too noisy to tell is accepted, a wrong answer never.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideNode, workspaceRoot } from './node-runtime.mjs';

const data = mkdtempSync(join(tmpdir(), 'headroom-first-run-'));
const repository = join(data, 'play', 'storefront.git');
/** What the example's history holds, as its authors know it; Headroom is told nothing of it. */
const expected = {
  regression: {
    subject: 'src/promotions.ts:applyPromotions',
    cause: 'promotions: record which offers a line was checked against',
  },
  opportunity: { subject: 'src/search.ts:tokenize' },
};
const nodeOfWorkspace = provideNode();
const problems = [];

function check(holds, problem) {
  if (!holds) problems.push(problem);
}

function git(...args) {
  return execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
}

function titleOf(commit) {
  return commit && git('log', '-1', '--format=%s', commit);
}

/** The tests of the example pass on a proposed branch. */
function testsPassOn(branch) {
  const checkout = join(data, `checkout-${branch.replaceAll('/', '-')}`);
  git('worktree', 'add', '--detach', checkout, branch);
  const result = spawnSync(nodeOfWorkspace, ['--test', 'test/*.test.ts'], { cwd: checkout, encoding: 'utf8' });
  return result.status === 0;
}

function start() {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['start', '--silent', '--', '--exit', '--json', '--data', data], {
      cwd: workspaceRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

const began = Date.now();
const { code, stdout, stderr } = await start();
check(code === 0, `it ended with exit code ${code}`);
let result;
try {
  result = JSON.parse(stdout);
} catch {
  problems.push('standard output is not one JSON document');
}

const cases = result?.cases ?? [];
const noisy = (result?.services ?? []).some((service) => service.status === 'noisy-machine');
const parked = ({ view }) => view.state === 'parked' && view.parked?.reason === 'noisy machine';
check(cases.length === (noisy ? 1 : 2), `it shows ${cases.length} cases`);
for (const one of cases) {
  const { view, evidence } = one;
  const wanted = expected[view.kind];
  check(view.subject === wanted.subject, `the ${view.kind} is about ${view.subject}, not ${wanted.subject}`);
  const cause = titleOf(view.rootCause?.commit);
  check(cause === wanted.cause, `the ${view.kind} names "${cause}" as its cause, not "${wanted.cause}"`);
  check(view.state === 'proposed' || parked(one), `the ${view.kind} ended as ${view.state}: ${view.headline}`);
  if (view.branch) check(testsPassOn(view.branch), `the tests fail on ${view.branch}`);
  check(
    parked(one) || (evidence?.verified && evidence.verdict === 'improved'),
    `the ${view.kind} has no valid evidence`,
  );
}

const branches = result
  ? git('for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom').split('\n').filter(Boolean)
  : [];
const proposed = cases.filter(({ view }) => view.state === 'proposed').length;
check(branches.length === proposed, `there are ${branches.length} branches for ${proposed} proposals`);

const seconds = Math.round((Date.now() - began) / 1000);
const states = cases.map(({ view }) => `${view.kind} ${view.state}`).join(', ');
process.stdout.write(
  `${problems.length === 0 ? 'ok  ' : 'FAIL'} first run (${seconds} s): ${states}${noisy ? ', noisy machine' : ''}\n`,
);
for (const problem of problems) process.stdout.write(`  ${problem}\n`);
if (problems.length > 0) process.stdout.write(`${stderr.split('\n').slice(-40).join('\n')}\n`);
rmSync(data, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);

/**
 * The first run, as a newcomer makes it: `npm start -- --exit --json` in a fresh data directory, judged by what must hold.
 * A machine too noisy to tell is accepted, a wrong answer never. Where the machine's own ups and downs hide the regression
 * although the host looked quiet, a second history decides.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideNode, workspaceRoot } from './node-runtime.mjs';

/** What the example's history holds, as its authors know it; Headroom is told nothing of it. */
const expected = {
  regression: {
    subject: 'src/promotions.ts:applyPromotions',
    cause: 'promotions: record which offers a line was checked against',
  },
  opportunity: { subject: 'src/search.ts:tokenize' },
};
const nodeOfWorkspace = provideNode();

/** The tests of the example pass on a proposed branch. */
function testsPassOn(branch, data, git) {
  const checkout = join(data, `checkout-${branch.replaceAll('/', '-')}`);
  git('worktree', 'add', '--detach', checkout, branch);
  const result = spawnSync(nodeOfWorkspace, ['--test', 'test/*.test.ts'], { cwd: checkout, encoding: 'utf8' });
  return result.status === 0;
}

function start(data) {
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

/** What there is to say against one first run; `hidden` when all that is missing is the regression. */
async function judge(data) {
  const problems = [];
  const check = (holds, problem) => {
    if (!holds) problems.push(problem);
  };
  const repository = join(data, 'play', 'storefront.git');
  const git = (...args) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
  const { code, stdout, stderr } = await start(data);
  let result;
  try {
    result = JSON.parse(stdout);
  } catch {
    return { problems: ['standard output is not one JSON document', `the exit code is ${code}`], states: '', stderr };
  }
  const { cases, services } = result;
  const noisy = services.some((service) => service.status === 'noisy-machine');
  const hidden = !noisy && cases.length === 1 && cases[0].view.kind === 'opportunity';
  const parked = ({ view }) => view.state === 'parked' && view.parked?.reason === 'noisy machine';
  check(code === 0, `it ended with exit code ${code}`);
  check(cases.length === (noisy ? 1 : 2), `it shows ${cases.length} cases`);
  for (const one of cases) {
    const { view, evidence } = one;
    const wanted = expected[view.kind];
    check(view.subject === wanted.subject, `the ${view.kind} is about ${view.subject}, not ${wanted.subject}`);
    const cause = view.rootCause?.commit && git('log', '-1', '--format=%s', view.rootCause.commit);
    check(cause === wanted.cause, `the ${view.kind} names "${cause}" as its cause, not "${wanted.cause}"`);
    check(view.state === 'proposed' || parked(one), `the ${view.kind} ended as ${view.state}: ${view.headline}`);
    if (view.branch) check(testsPassOn(view.branch, data, git), `the tests fail on ${view.branch}`);
    check(
      parked(one) || (evidence?.verified && evidence.verdict === 'improved'),
      `the ${view.kind} has no valid evidence`,
    );
  }
  const branches = git('for-each-ref', '--format=%(refname:short)', 'refs/heads/headroom').split('\n').filter(Boolean);
  const proposed = cases.filter(({ view }) => view.state === 'proposed').length;
  check(branches.length === proposed, `there are ${branches.length} branches for ${proposed} proposals`);
  const states = cases.map(({ view }) => `${view.kind} ${view.state}`).join(', ');
  return { problems, hidden, states: `${states}${noisy ? ', noisy machine' : ''}`, stderr };
}

async function firstRun() {
  const data = mkdtempSync(join(tmpdir(), 'headroom-first-run-'));
  try {
    return await judge(data);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

const began = Date.now();
let run = await firstRun();
if (run.hidden) {
  process.stdout.write('the regression did not stand out from the noise of this machine; a second history decides\n');
  run = await firstRun();
}
const { problems, states, stderr } = run;
const seconds = Math.round((Date.now() - began) / 1000);
process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'} first run (${seconds} s): ${states}\n`);
for (const problem of problems) process.stdout.write(`  ${problem}\n`);
if (problems.length > 0) process.stdout.write(`${stderr.split('\n').slice(-40).join('\n')}\n`);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * How long a whole dossier takes on a large repository, made as the context-gatherer makes it: cold (no mirror yet), warm (the same
 * process again), and in a new process that finds the mirror on disk. The right commit must be named, and the dossier must have at
 * most 25,000 tokens; else the bench fails before it prints a figure.
 *
 * Usage: npm run build && node bench/dossier.mjs [--commits 100000] [--files 20000] [--rounds 3] [--dir <folder>] [--json]
 *   --dir   keeps the repositories there, and uses them again
 *   --json  one JSON object instead of a table
 *
 * Seconds on the clock and of CPU (this process and its git), per part; peak resident memory of the process without its git.
 */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeDossier, gatherContext, SourceMemory } from '@headroom/investigation';
import { dossierMarkdown } from '@headroom/investigation/dossier';
import { verificationOf } from '@headroom/platform';
import { decodeStacks } from '@headroom/profiling';
import { openEmbedded } from '@headroom/runtime';
import { loadSkills, matchSkills } from '@headroom/skills';
import { allTools, estimateTokens, portsOf, redactDeep, Toolbox } from '@headroom/tools';
import { ServiceRepositories } from '@headroom/workspace';
import { configurationOf, fill, repositoriesOf, SERVICE } from './dossier.world.mjs';
import { withFolder } from './large.repository.mjs';

const { values } = parseArgs({
  options: {
    commits: { type: 'string', default: '100000' },
    files: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string' },
    json: { type: 'boolean', default: false },
    make: { type: 'string' },
  },
});
const MOST_TOKENS = 25_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const TICKS_PER_SECOND = 100;

/** CPU of this process and of the children that have ended, seconds; without /proc only its own. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  let children = 0;
  try {
    const [, rest] = readFileSync('/proc/self/stat', 'utf8').split(') ');
    const fields = rest.split(' ');
    children = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    // Not Linux.
  }
  return (user + system) / 1e6 + children;
}

const round = (value) => Math.round(value * 1000) / 1000;

/** Measures parts; `parts` has them in the order in which they began. */
function stopwatch() {
  const parts = [];
  const timed = async (part, work) => {
    const entry = { part };
    parts.push(entry);
    const [wall, cpu] = [performance.now(), cpuSeconds()];
    try {
      return await work();
    } finally {
      entry.wall = round((performance.now() - wall) / 1000);
      entry.cpu = round(cpuSeconds() - cpu);
    }
  };
  return { parts, timed };
}

/** One dossier, as the context-gatherer makes it. */
async function make({ finding, config, repositories, tools, blobs, sources }) {
  const { parts, timed } = stopwatch();
  const all = stopwatch();
  const signal = AbortSignal.timeout(600_000);
  const stored = await all.timed('all', async () => {
    const { settings, mirror } = await timed('mirror', () => repositories.open(finding.service, signal));
    const read = (side) =>
      Promise.all(side.map(async ({ version, ...ref }) => ({ version, stacks: decodeStacks(await blobs.get(ref)) })));
    const { before, after } = finding.regression.profiles;
    const profiles = await timed('profiles', async () => ({
      before: await read(before),
      after: await read(after),
    }));
    const input = {
      finding,
      profiles,
      mirror,
      baseBranch: settings.repository.branch,
      team: settings.team,
      sources,
      timed,
    };
    const { document } = await gatherContext(input);
    const { minimumEffect } = verificationOf(config, settings);
    const at = finding.regression.changePoint.deployedAt;
    const path = finding.subject.slice(0, finding.subject.indexOf(':'));
    const { skills: known } = await loadSkills(join(root, 'skills'));
    const { matches: skills } = matchSkills(known, { kind: finding.kind, path });
    const about = { document, findingId: 'event', at, skills, minimumEffect };
    const report = await composeDossier({ ...about, tools, signal, timed });
    return await timed('redaction', async () => redactDeep({ ...document, report }));
  });
  return { stored, parts: [...parts, all.parts[0]] };
}

/** Several dossiers in this process; what they were and took is its only output. */
async function makeInThisProcess({ folder, settings, finding, rounds }) {
  const config = configurationOf(settings);
  const parts = await openEmbedded(join(folder, 'data'));
  try {
    const locations = { configDir: folder, dataDir: folder };
    const repositories = new ServiceRepositories({ config, locations, cacheDir: join(folder, 'mirrors') });
    const ports = portsOf({ ...parts, config, locations, env: {}, repositories });
    const tools = new Toolbox(allTools(ports), { blobs: parts.blobs, now: () => Date.now() });
    const sources = new SourceMemory();
    const made = [];
    for (let each = 0; each < rounds; each += 1) {
      const { stored, parts: took } = await make({ finding, config, repositories, tools, blobs: parts.blobs, sources });
      const text = JSON.stringify(stored);
      const { rootCause, report } = stored;
      made.push({
        parts: took,
        commit: rootCause.status === 'named' ? rootCause.cause.commit : `${rootCause.status}: ${rootCause.message}`,
        tokens: estimateTokens(dossierMarkdown('Dossier', report)),
        missing: report.sections.flatMap(({ name, missing }) => missing.map((sentence) => `${name}: ${sentence}`)),
        digest: createHash('sha256').update(text).digest('hex'),
      });
    }
    return { made, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
  } finally {
    await parts.close();
  }
}

async function inNewProcess(folder, job) {
  const file = join(folder, 'job.json');
  await writeFile(file, JSON.stringify({ folder, ...job }));
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--make', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await new Promise((resolve) => child.once('close', (...ended) => resolve(ended)));
  if (code !== 0) throw new Error(`the process that makes the dossier ended with ${code}`);
  return JSON.parse(await readFile(`${file}.result`, 'utf8'));
}

function check(runs, cause) {
  for (const { commit, tokens } of runs) {
    assert.equal(commit, cause, 'the commit that made the function dearer is named');
    assert.ok(tokens <= MOST_TOKENS, `the dossier has ${tokens} tokens, at most ${MOST_TOKENS} are allowed`);
  }
  const digests = new Set(runs.map(({ digest }) => digest));
  assert.equal(digests.size, 1, 'every dossier has the same bytes');
}

const fastest = (runs) => runs.toSorted((a, b) => a.parts.at(-1).wall - b.parts.at(-1).wall)[0];

function table({ cold, warm, second }) {
  const lines = ['part                 cold wall/cpu   warm wall/cpu   new process'];
  for (const [index, { part }] of cold.parts.entries()) {
    const cells = [cold, warm, second].map(
      ({ parts }) => `${parts[index].wall.toFixed(2)} / ${parts[index].cpu.toFixed(2)}`,
    );
    lines.push(`${part.padEnd(20)} ${cells.map((cell) => cell.padEnd(15)).join(' ')}`.trimEnd());
  }
  const [mirror, all] = [cold.parts[0], cold.parts.at(-1)];
  lines.push(`cold without mirror  ${(all.wall - mirror.wall).toFixed(2)} / ${(all.cpu - mirror.cpu).toFixed(2)}`);
  return lines.join('\n');
}

async function measure() {
  const [commits, files, rounds] = [values.commits, values.files, values.rounds].map(Number);
  if (values.dir) await mkdir(values.dir, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), 'headroom-dossier-bench-'));
  try {
    await withFolder(values.dir, 'headroom-dossier-repository-', async (root) => {
      const world = await repositoriesOf(root, { commits, files });
      const parts = await openEmbedded(join(scratch, 'data'));
      const finding = await fill(parts, scratch, world).finally(() => parts.close());
      const settings = { bare: world.bare, configuration: world.configuration, folder: scratch };
      const first = await inNewProcess(scratch, { settings, finding, rounds: rounds + 1 });
      const again = await inNewProcess(scratch, { settings, finding, rounds: 1 });
      check([...first.made, ...again.made], world.cause);
      const [cold, ...others] = first.made;
      const runs = { cold, warm: fastest(others), second: again.made[0] };
      const machine = { cores: availableParallelism(), node: process.version };
      const { tokens, digest, missing } = cold;
      const peakMiB = { first: first.peakMiB, second: again.peakMiB };
      const about = { commits, files, ...machine, buildMs: world.builtMs, tokens, digest, missing, peakMiB };
      const told = Object.fromEntries(Object.entries(runs).map(([name, { parts: took }]) => [name, took]));
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ service: SERVICE, ...about, ...told }, null, 2)}\n`
          : `${table(runs)}\n${JSON.stringify(about)}\n`,
      );
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (values.make) {
  const result = await makeInThisProcess(JSON.parse(await readFile(values.make, 'utf8')));
  await writeFile(`${values.make}.result`, JSON.stringify(result));
} else {
  await measure();
}

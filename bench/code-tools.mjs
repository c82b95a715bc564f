/**
 * How long each tool of the domain `code` takes on a large repository: cold (nothing is cached but the mirror where it says so) and
 * warm (the median of further calls).
 *
 * Usage: npm run build && node bench/code-tools.mjs [--commits 100000] [--files 20000] [--rounds 3] [--dir <folder>]
 *   --dir  keeps the repository there, and uses it again
 *
 * Prints one JSON object: what was built, the time of the mirror, and milliseconds per tool with what each found.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { configSchema } from '@headroom/platform';
import { FolderBlobs } from '@headroom/runtime';
import { codeTools, GitCodeSource, Toolbox } from '@headroom/tools';
import { ServiceRepositories } from '@headroom/workspace';
import { largeRepository, Modules } from './large.repository.mjs';

const { values } = parseArgs({
  options: {
    commits: { type: 'string', default: '100000' },
    files: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string' },
  },
});
const [commits, files, rounds] = [values.commits, values.files, values.rounds].map(Number);
const modules = new Modules(files);

async function timed(work) {
  const from = performance.now();
  const result = await work();
  return { ms: Math.round(performance.now() - from), result };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const kept = values.dir;
if (kept) await mkdir(kept, { recursive: true });
const root = kept ?? (await mkdtemp(join(tmpdir(), 'headroom-code-tools-')));
const scratch = await mkdtemp(join(tmpdir(), 'headroom-code-tools-cache-'));
try {
  const { bare, builtMs } = await largeRepository(root, { commits, files });

  const services = { shop: { repository: { name: 'shop/all', url: bare }, team: 'shop', test: ['true'] } };
  const config = configSchema.parse({ version: 1, services });
  const locations = { configDir: root, dataDir: root };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(scratch, 'mirrors') });
  const mirror = await timed(() => repositories.open('shop'));
  const head = await mirror.result.mirror.resolve('main');
  const [earlier] = await mirror.result.mirror.commitsBetween(undefined, head, 50);

  const target = Math.floor(files / 3);
  const path = modules.path(target);
  const symbol = `run${target}`;
  const calls = [
    ['code_search_text', { pattern: `${symbol}(` }],
    ['code_search_text', { pattern: 'run\\d*77\\(item\\)', regex: true }],
    ['code_search_structure', { pattern: `${symbol}($A)` }],
    ['code_search_structure', { pattern: 'JSON.stringify($A)' }],
    ['code_read_range', { path, symbol }],
    ['code_find_definition', { name: symbol }],
    ['code_find_callers', { name: symbol }],
    ['code_blame_lines', { path, symbol }],
    ['code_log_range', { path, symbol }],
    ['code_log_range', { path }],
    ['code_diff_change', { commit: head }],
    ['code_diff_change', { commit: head, from: earlier.commit }],
    ['code_find_owners', { path }],
  ];
  const blobs = new FolderBlobs(join(scratch, 'blobs'));
  const fresh = () =>
    new Toolbox(codeTools(new GitCodeSource({ config, repositories })), { blobs, now: () => Date.now() });
  const ask = async (toolbox, [name, args]) => {
    const { ms, result } = await timed(() => toolbox.call(name, { repository: 'shop/all', ...args }));
    return { ms, result };
  };

  const figures = [];
  for (const call of calls) {
    await rm(join(scratch, 'mirrors', 'files'), { recursive: true, force: true });
    const toolbox = fresh();
    const cold = await ask(toolbox, call);
    const warm = [];
    for (let round = 0; round < rounds; round += 1) warm.push((await ask(toolbox, call)).ms);
    const { total, complete } = cold.result.envelope?.result ?? {};
    figures.push({
      tool: call[0],
      arguments: call[1],
      coldMs: cold.ms,
      warmMs: median(warm),
      ...(cold.result.ok ? { found: total, complete } : { refused: cold.result.message }),
    });
  }
  const report = {
    commits,
    files,
    rounds,
    cores: availableParallelism(),
    node: process.version,
    buildMs: builtMs,
    mirrorMs: mirror.ms,
    tools: figures,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
  if (!kept) await rm(root, { recursive: true, force: true });
}

/**
 * What the agent itself takes on a long case, beside the model and the tools: a scripted model in a process of its own reads twenty
 * files, drafts a change and concludes. The case must end in a patch, with at least 80 % of the input of later turns read from the
 * cache and at most 60,000 tokens that were not, and its transcript must play again; else the bench fails before it prints a figure.
 *
 * Usage: npm run build && node bench/agent.mjs [--cases 10]
 *
 * Prints one JSON object: milliseconds on the clock without the waits for model and tools (median and largest), of CPU (this process),
 * of a replay; tokens as the scripted model counts them.
 */
import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CaseShield, replayTranscript, runAgent } from '@headroom/agent';
import { MemoryBlobs, openEmbedded } from '@headroom/runtime';
import { startMessagesServer } from '@headroom/testing';
import { patchOfTexts } from '@headroom/workspace';

const { values } = parseArgs({ options: { cases: { type: 'string', default: '10' } } });
const MOST_UNCACHED = 60_000;
const LEAST_SHARE = 0.8;
const MODEL = 'scripted-model';
const BASE = 'const limit = 1;\n';
const DOSSIER = `# Case\n${'- src/words.ts:count calls node:internal/regexp:exec in 12.5 % of 4,000 samples\n'.repeat(900)}`;
const FILE = 'export function part(text: string): string { return text.trim(); }\n'.repeat(60);

function workspace() {
  let text = BASE;
  return {
    reset: async () => void (text = BASE),
    edit: async ({ search, replace }) => {
      text = text.replace(search, replace);
      return { ok: true, message: 'Edited src/words.ts.' };
    },
    diff: () => patchOfTexts([{ path: 'src/words.ts', before: BASE, after: text }], { contextLines: 3 }),
  };
}

const tools = {
  list: async () => [
    {
      name: 'code_read_file',
      description: 'Reads a file.',
      inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
    },
  ],
  call: async (name, { path }) => ({ ok: true, text: `${path}\n${FILE}`, evidence: `ev-${path}`, source: 'git' }),
};

async function measured(caseId, { url, store, blobs }) {
  let waited = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { outcome, model, transcript } = await runAgent({
    case: { caseId, attempt: 1, step: 'draft.1', team: 'bench' },
    skill: {
      name: 's',
      version: '1.0.0',
      digest: 'd',
      body: 'Look, then change.\n'.repeat(200),
      tools: ['code_read_file'],
      resources: [],
      uses: [],
    },
    dossier: { text: DOSSIER, evidence: [] },
    model: {
      name: MODEL,
      baseURL: url,
      apiKey: 'k',
      prices: { [MODEL]: { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 } },
    },
    budgets: { tokensPerCase: 5_000_000 },
    tools,
    workspace: workspace(),
    shield: new CaseShield({ secret: 'secret-of-the-bench', caseId }),
    store,
    blobs,
    signal: new AbortController().signal,
    onProgress: (each) => {
      if (each.kind === 'model-call' || each.kind === 'tool-call') waited += each.durationMs;
      assert.notEqual(each.kind, 'warning', each.message);
    },
  });
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  assert.equal(outcome.outcome, 'patch');
  const uncached = model.usage.input + model.usage.cacheWrite;
  assert.ok(uncached <= MOST_UNCACHED, `${uncached} tokens were not read from the cache`);
  assert.ok(model.cacheReadShare >= LEAST_SHARE, `${model.cacheReadShare} of the input was read from the cache`);
  const bytes = await blobs.get(transcript);
  const replay = performance.now();
  await replayTranscript(JSON.parse(bytes.toString()));
  return {
    ownMs: wallMs - waited,
    cpuMs: (user + system) / 1000,
    replayMs: performance.now() - replay,
    turns: model.turns,
    cacheReadShare: model.cacheReadShare,
    uncachedTokens: uncached,
    transcriptBytes: bytes.length,
  };
}

const round = (value) => Math.round(value * 1000) / 1000;

function summary(results, name) {
  const sorted = results.map((each) => each[name]).sort((a, b) => a - b);
  return { median: round(sorted[Math.floor(sorted.length / 2)]), largest: round(sorted.at(-1)) };
}

const dir = await mkdtemp(join(tmpdir(), 'headroom-bench-agent-'));
const scenario = fileURLToPath(new URL('agent.scenario.mjs', import.meta.url));
const server = await startMessagesServer({ scenario, logFile: join(dir, 'log.jsonl') });
const parts = await openEmbedded(join(dir, 'data'));
try {
  const results = [];
  for (let n = 0; n < Number(values.cases); n++) {
    results.push(await measured(`case-${n}`, { url: server.url, store: parts.store, blobs: new MemoryBlobs() }));
  }
  const [{ turns, cacheReadShare, uncachedTokens, transcriptBytes }] = results;
  const figures = {
    cases: results.length,
    turns,
    ownMs: summary(results, 'ownMs'),
    cpuMs: summary(results, 'cpuMs'),
    replayMs: summary(results, 'replayMs'),
    cacheReadShare: round(cacheReadShare),
    uncachedTokens,
    transcriptBytes,
    node: process.version,
    cores: availableParallelism(),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await server.stop();
  await parts.close();
  await rm(dir, { recursive: true, force: true });
}

import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hangsOnce, MessagesServer } from '@headroom/testing';
import type { KeyValueStore } from '@headroom/runtime';
import { runAgent } from '../run.agent.js';
import { AgentWorld, DRAFTING, inTurn, PRICES } from '../testing/agent.fixtures.js';

/** A store that works for so many writes and then never again, as for a process that is gone. */
function goneAfter(store: KeyValueStore, writes: number): { store: KeyValueStore; isGone: () => boolean } {
  let left = writes;
  const gone = () => new Error('this process is gone');
  const handler: ProxyHandler<KeyValueStore> = {
    get(target, name) {
      const method = target[name as keyof KeyValueStore] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        if (left <= 0) throw gone();
        if (name === 'putIfAbsent' || name === 'transact') left--;
        return method.apply(target, given);
      };
    },
  };
  return { store: new Proxy(store, handler), isGone: () => left <= 0 };
}

describe('a run whose process dies', () => {
  it('goes on with what is stored, whichever write was the last', async () => {
    const world = await AgentWorld.start(inTurn(DRAFTING));
    const { outcome: expected } = await runAgent(world.input());
    await world.close();
    let points = 0;
    for (let writes = 0; ; writes++) {
      const killed = await AgentWorld.start(inTurn(DRAFTING));
      try {
        const { store, isGone } = goneAfter(killed.parts.store, writes);
        const died = await runAgent(killed.input({ store })).then(
          () => false,
          () => true,
        );
        if (!died) break;
        expect(isGone()).toBe(true);
        points++;
        const before = killed.server.requests.length;
        const { outcome, model } = await runAgent(killed.input());
        expect(outcome).toEqual(expected);
        const sent = killed.server.requests.map((each) => each.sent);
        // At most the one that was under way is sent again, and nothing but it.
        expect(sent.filter((times) => times > 1).length).toBeLessThanOrEqual(1);
        expect(sent.length).toBeLessThanOrEqual(6);
        if (sent.length === 6) {
          expect(killed.server.requests[before]!.sent).toBe(2);
          expect(model.usdOfCase - model.usd).toBeGreaterThan(2000 * 20e-6);
        } else {
          // At most one amount stays set aside, for a call that was not sent any more.
          expect(model.usdOfCase - model.usd).toBeLessThan(0.15);
        }
      } finally {
        await killed.close();
      }
    }
    expect(points).toBeGreaterThan(15);
  });
});

const WORDS = 'one\ntwo\nthree\n';
/** Runs in the child: one case, and at a point of it the child stands still. */
const CHILD = `
import { openEmbedded } from '@headroom/runtime';
import { CaseShield, runAgent } from '@headroom/agent';
const [dir, url, point] = process.argv.slice(1);
const parts = await openEmbedded(dir, { purpose: 'the child' });
const here = () => { process.stdout.write('here\\n'); return new Promise(() => setInterval(() => {}, 1000)); };
let settled = 0;
const store = new Proxy(parts.store, { get: (target, name) => async (...given) => {
  if (point === 'before-settling' && name === 'transact' && given[0].some((each) => each.value?.usd > 0) && ++settled === 3) await here();
  const result = await target[name](...given);
  if (point === 'stored' && name === 'putIfAbsent' && given[0].includes(':model:3:')) await here();
  if (point === 'tool' && name === 'putIfAbsent' && given[0].includes(':tool:1:')) await here();
  return result;
} });
let text = ${JSON.stringify(WORDS)};
const result = await runAgent({
  case: { caseId: 'opp-1', attempt: 1, step: 'draft.1', team: 'search' },
  skill: { name: 's', version: '1.0.0', digest: 'd', body: 'Do it.', tools: ['code_read_file'], resources: [], uses: [] },
  dossier: { text: 'src/words.ts', evidence: [] },
  model: { name: 'm', baseURL: url, apiKey: 'k', maxTokens: 2000, prices: { m: ${JSON.stringify(PRICES)} } },
  tools: {
    list: async () => [{ name: 'code_read_file', description: 'Reads.', inputSchema: { type: 'object', properties: {} } }],
    call: async () => ({ ok: true, text, evidence: 'ev-1', source: 'git' }),
  },
  workspace: {
    reset: async () => { text = ${JSON.stringify(WORDS)}; },
    edit: async () => { text = 'one\\nTWO\\nthree\\n'; return { ok: true, message: 'Edited.' }; },
    diff: async () => 'diff --git a/src/words.ts b/src/words.ts\\n--- a/src/words.ts\\n+++ b/src/words.ts\\n@@ -1,3 +1,3 @@\\n one\\n-two\\n+' + text.split('\\n')[1] + '\\n three\\n',
  },
  shield: new CaseShield({ secret: 'secret-of-the-child', caseId: 'opp-1' }),
  store, blobs: parts.blobs, signal: new AbortController().signal,
});
process.stdout.write(JSON.stringify(result) + '\\n');
await parts.close();
`;

interface Ended {
  outcome: { outcome: string; candidates: { patch: string }[] };
  model: { usd: number; usdOfCase: number };
}

describe('a process that is killed', () => {
  let dir: string;
  let server: MessagesServer;
  let child: ChildProcess | undefined;

  afterEach(async () => {
    child?.kill('SIGKILL');
    await server.close();
    await rm(dir, { recursive: true, force: true });
  });

  function start(point: string): { said: () => string } {
    const args = ['--input-type=module', '--eval', CHILD, dir, server.url, point];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: process.cwd() });
    child = started;
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return { said: () => said };
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > 20_000) throw new Error('it did not come to that');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it.each([
    ['under-way', 6],
    ['stored', 5],
    ['before-settling', 5],
    ['tool', 5],
  ])('%s: the next one goes on from there, and %i calls are sent in all', async (point, calls) => {
    dir = await mkdtemp(join(tmpdir(), 'headroom-agent-'));
    const scenario = inTurn(DRAFTING);
    server = await new MessagesServer({
      scenario: point === 'under-way' ? hangsOnce(scenario, { turn: 3, hangAfter: 2 }) : scenario,
    }).listen();
    const first = start(point);
    await until(() => (point === 'under-way' ? server.requests.length === 3 : first.said().includes('here')));
    const gone = once(child!, 'exit');
    child!.kill('SIGKILL');
    await gone;

    const next = start('none');
    await once(child!, 'exit');
    const { outcome, model } = JSON.parse(next.said()) as Ended;
    expect(outcome).toMatchObject({ outcome: 'patch', candidates: [{ patch: expect.stringContaining('+TWO') }] });
    expect(server.requests).toHaveLength(calls);
    // What was set aside for the call that died with its process stays counted.
    if (point === 'under-way') expect(model.usdOfCase - model.usd).toBeGreaterThan(2000 * 20e-6);
    else expect(model.usdOfCase).toBeCloseTo(model.usd, 9);
  });
});

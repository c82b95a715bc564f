import { afterEach, describe, expect, it } from '@jest/globals';
import { calls } from '@headroom/testing';
import { runAgent } from '../run.agent.js';
import { AgentWorld, answersBy, concludes, DRAFTING, inTurn, reads } from '../testing/agent.fixtures.js';

let world: AgentWorld;
afterEach(() => world.close());

interface Body {
  tools: unknown;
  system: { cache_control?: unknown }[];
  messages: { content: { cache_control?: unknown }[] }[];
}

const LONG_DOSSIER = `The function src/words.ts:count.\n${'- a line of the profile: src/words.ts:count calls node:internal/regexp:exec\n'.repeat(900)}`;
/** Twenty turns, each with a new file. */
const long = answersBy(({ turn }) =>
  turn <= 20 ? reads(`src/file-${turn}.ts`, turn) : concludes({ outcome: 'abstain', reason: 'no-safe-fix', facts: [] }),
);

describe('the prompt cache', () => {
  it('reads nearly all of a long case, and warns of nothing', async () => {
    world = await AgentWorld.start(long);
    const { model } = await runAgent(
      world.input({ dossier: { text: LONG_DOSSIER, evidence: [] }, budgets: { tokensPerCase: 2_000_000 } }),
    );
    expect(model.turns).toBe(21);
    const usages = world.server.answers.map(({ usage }) => usage!);
    const later = usages.slice(1);
    const read = later.reduce((sum, usage) => sum + usage.cache_read_input_tokens, 0);
    const fresh = later.reduce((sum, usage) => sum + usage.input_tokens + usage.cache_creation_input_tokens, 0);
    expect(read / (read + fresh)).toBeGreaterThan(0.8);
    const uncached = usages.reduce((sum, usage) => sum + usage.input_tokens + usage.cache_creation_input_tokens, 0);
    expect(uncached).toBeLessThan(60_000);
    expect(model.usage.cacheRead).toBe(read + usages[0]!.cache_read_input_tokens);
    expect(model.cacheReadShare).toBeGreaterThan(0.8);
    expect(world.progress.filter(({ kind }) => kind === 'warning')).toEqual([]);
  });

  it('reads nearly all also where each turn makes more calls than a mark looks back', async () => {
    const many = answersBy(({ turn }) =>
      turn <= 6
        ? calls(...Array.from({ length: 15 }, (_, n) => ({ tool: 'code_read_file', input: { path: `${turn}-${n}` } })))
        : concludes({ outcome: 'abstain', reason: 'no-safe-fix', facts: [] }),
    );
    world = await AgentWorld.start(many);
    const { model } = await runAgent(world.input({ budgets: { tokensPerCase: 20_000_000, usdPerCase: 50 } }));
    expect(model.turns).toBe(7);
    const sent = world.server.requests.map(({ tokens }) => tokens);
    for (const [index, { usage }] of world.server.answers.entries()) {
      // Whatever the request before had: all of it.
      if (index > 0) expect(usage!.cache_read_input_tokens).toBe(sent[index - 1]);
    }
    for (const { breakpoints, extendsPrevious } of world.server.requests.slice(1)) {
      expect(breakpoints).toHaveLength(4);
      expect(extendsPrevious).toBe(true);
    }
  });

  it('has a prefix that stays the same byte for byte, with at most four marks', async () => {
    world = await AgentWorld.start(long);
    await runAgent(world.input());
    const bodies = world.server.requests.map(({ body }) => body as Body);
    const prefixes = bodies.map(({ tools, system, messages }) => JSON.stringify([tools, system, messages[0]]));
    expect(new Set(prefixes).size).toBe(1);
    for (const { breakpoints, extendsPrevious } of world.server.requests.slice(1)) {
      expect(extendsPrevious).toBe(true);
      expect(breakpoints.slice(0, 3).map(({ at, bytes }) => [at, bytes])).toEqual([
        ['system[0]', 'equal'],
        ['system[1]', 'equal'],
        ['messages[0].content[0]', 'equal'],
      ]);
      expect(breakpoints).toHaveLength(4);
    }
  });

  it('is the same for another run of the case, whatever the order of what it is given', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const { skill } = world.input();
    const more = { version: '1', digest: 'd', body: 'More.' };
    const texts = [
      { path: 'a.md', text: 'a' },
      { path: 'b.md', text: 'b' },
    ];
    const one = {
      ...skill,
      resources: texts,
      uses: [
        { name: 'x', ...more },
        { name: 'y', ...more },
      ],
    };
    await runAgent(world.input({ skill: one }));
    const other = { ...skill, resources: texts.toReversed(), uses: one.uses.toReversed() };
    await runAgent(world.input({ skill: other, case: { ...world.input().case, attempt: 2 } }));
    const first = world.server.requests.filter(({ turn }) => turn === 1);
    expect(first.map(({ sent }) => sent)).toEqual([1, 2]);
  });

  it('is told when it reads nothing', async () => {
    // Nothing is kept under the minimum of the model.
    world = await AgentWorld.start(inTurn(DRAFTING), 1_000_000);
    await runAgent(world.input());
    expect(world.progress).toContainEqual({ kind: 'warning', message: expect.stringContaining('turn 2') });
  });

  it('takes no more of a result than it may, and says where the rest is', async () => {
    world = await AgentWorld.start(
      inTurn([() => reads('src/other.ts'), () => concludes({ outcome: 'accept', facts: [] })]),
    );
    const tools = {
      ...world.tools,
      call: async () => ({ ok: true, text: 'word '.repeat(60_000), evidence: 'ev-1', source: 'x' }),
    };
    await runAgent(world.input({ tools, budgets: { tokensPerCase: 2_000_000 } }));
    const text = JSON.stringify(world.server.requests[1]!.body);
    expect(text.length).toBeLessThan(150_000);
    const handle = /handle\\+":\\+"([0-9a-f]{64})/.exec(text)![1]!;
    expect((await world.blobs.get({ sha256: handle })).toString()).toBe('word '.repeat(60_000));
  });
});

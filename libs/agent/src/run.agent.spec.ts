import { afterEach, describe, expect, it } from '@jest/globals';
import {
  calls,
  endsAtMaxTokens,
  fails,
  malformedInputOnce,
  pausesOnce,
  refuses,
  says,
  type Answer,
  type MessageAnswer,
} from '@headroom/testing';
import { Ledger } from './budget/ledger.js';
import { costOf } from './budget/prices.js';
import { runAgent } from './run.agent.js';
import { OutgoingGuard } from './safety/outgoing.guard.js';
import {
  abstains,
  AgentWorld,
  answersBy,
  begins,
  concludes,
  DRAFTING,
  edits,
  finishes,
  HOIST,
  inTurn,
  PRICES,
  reads,
} from './testing/agent.fixtures.js';

let world: AgentWorld;
afterEach(() => world.close());

const usageOf = (usage: NonNullable<AgentWorld['server']['answers'][number]['usage']>) => ({
  input: usage.input_tokens,
  output: usage.output_tokens,
  cacheWrite: usage.cache_creation_input_tokens,
  cacheRead: usage.cache_read_input_tokens,
});

const errorsSeen = (): string[] =>
  world.server.requests.flatMap(({ body }) => {
    const last = (
      body as { messages: { content: { type: string; is_error?: boolean; content?: string }[] }[] }
    ).messages.at(-1)!;
    return last.content.filter((each) => each.is_error).map((each) => each.content ?? '');
  });

describe('runAgent', () => {
  it('drafts a patch by reading, editing and concluding', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const { outcome, model } = await runAgent(world.input());
    expect(outcome).toMatchObject({
      outcome: 'patch',
      candidates: [{ number: 1, files: ['src/words.ts'], changedLines: 2 }],
      facts: [{ text: 'The pattern is made in each round.', evidence: ['src/words.ts:4'] }],
      hypotheses: [],
      evidence: [expect.stringMatching(/^ev-[0-9a-f]{20}$/)],
    });
    expect(outcome.candidates[0]!.patch).toContain("+  const pattern = new RegExp('[a-z]+', 'g');");
    expect(model).toMatchObject({ name: 'scripted-model', turns: 5, toolCalls: 5 });
    expect(model.usdOfCase).toBeCloseTo(model.usd, 9);
    expect(world.server.requests.every(({ clientRetries, stream }) => clientRetries === 0 && stream)).toBe(true);
  });

  it('puts the most conservative edit first, and begins each candidate at the base', async () => {
    const twoFiles = [HOIST, { path: 'src/other.ts', search: 'other = 1', replace: 'other = 2' }];
    world = await AgentWorld.start(
      inTurn([
        begins,
        () => calls(...twoFiles.map((input) => ({ tool: 'propose_edit', input }))),
        finishes,
        begins,
        edits,
        finishes,
        concludes,
      ]),
    );
    const { outcome } = await runAgent(world.input());
    expect(outcome.candidates.map(({ number, files }) => [number, files])).toEqual([
      [2, ['src/words.ts']],
      [1, ['src/other.ts', 'src/words.ts']],
    ]);
  });

  it('offers the tools that the skill names, and no others', async () => {
    world = await AgentWorld.start(inTurn([abstains]));
    const skill = { ...world.input().skill, resources: [{ path: 'references/a.md', text: 'An example.' }] };
    await runAgent(world.input({ skill }));
    const { tools } = world.server.requests[0]!.body as { tools: { name: string }[] };
    const own = ['begin_candidate', 'conclude', 'finish_candidate', 'propose_edit'];
    expect(tools.map(({ name }) => name)).toEqual(['code_read_file', ...own, 'read_skill_resource']);
  });

  it('stops before any call when the server lacks a tool of the skill', async () => {
    world = await AgentWorld.start(inTurn([abstains]));
    const skill = { ...world.input().skill, tools: ['code_read_file', 'metrics_query_range'] };
    const run = runAgent(world.input({ skill }));
    await expect(run).rejects.toMatchObject({ code: 'HEADROOM_AGENT_TOOL_MISSING', retryable: true });
    expect(world.server.requests).toHaveLength(0);
  });

  it('lets the model mend arguments that are none, and edits that do not fit', async () => {
    const wrong = { ...HOIST, search: 'no such text' };
    const odd = calls({ tool: 'conclude', input: { outcome: 'patch', sum: 'x' } });
    const answers = [
      begins,
      () => edits(wrong),
      edits,
      concludes,
      finishes,
      () => odd,
      () => calls({ tool: 'shell', input: {} }),
      concludes,
    ];
    world = await AgentWorld.start(malformedInputOnce(inTurn([reads, reads, ...answers]), { turn: 1 }));
    const { outcome } = await runAgent(world.input());
    expect(outcome.outcome).toBe('patch');
    expect(errorsSeen()).toEqual([
      expect.stringContaining('were no JSON object'),
      expect.stringContaining('exactly once'),
      expect.stringContaining('needs a candidate'),
      expect.stringContaining('Unrecognized key'),
      expect.stringContaining('There is no tool "shell"'),
    ]);
  });

  it.each([
    '{"path": src/words.ts}',
    "{'path': 'src/words.ts'}",
    '{"path":"src/words.ts"}}',
    '{"path":"src\n/words.ts"}',
    '```json\n{"path":"src/words.ts"}\n```',
    '[]',
    '12',
    `{"path":${'['.repeat(99)}${']'.repeat(99)}}`,
  ])('tells the model once that its arguments are none: %j', async (rawInput) => {
    const odd = () => calls({ tool: 'code_read_file', input: {}, rawInput });
    world = await AgentWorld.start(inTurn([odd, ...DRAFTING]));
    const input = world.input();
    const { outcome, model } = await runAgent({ ...input, model: { ...input.model, maxTokens: 8000 } });
    expect(outcome.outcome).toBe('patch');
    expect(world.waits).toEqual([]);
    expect(world.server.requests).toHaveLength(6);
    expect(errorsSeen()).toEqual([expect.stringContaining('were no JSON object')]);
    expect(model.usdOfCase).toBeCloseTo(model.usd, 9);
  });

  it.each([
    ['no words', { kind: 'message', parts: [] }],
    ['an empty text', says('')],
    ['white space', says('\n\n')],
    ['thinking only', { kind: 'message', parts: [{ type: 'thinking', thinking: 'Hm.' }] }],
  ] as [string, Answer][])('goes on after an answer of %s', async (_, answer) => {
    world = await AgentWorld.start(answersBy(({ ordinal }) => (ordinal === 1 ? answer : abstains())));
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-safe-fix' });
    expect(JSON.stringify(world.server.requests[1]!.body)).toContain('You ended without conclude');
  });

  it('sends an empty text beside a call not back', async () => {
    const both: Answer = { kind: 'message', parts: [{ type: 'text', text: '' }, ...(reads() as MessageAnswer).parts] };
    world = await AgentWorld.start(inTurn([() => both, abstains]));
    expect((await runAgent(world.input())).outcome.reason).toBe('no-safe-fix');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('ends when the model goes on sending what is none', async () => {
    const odd = (turn: number) => calls({ tool: 'conclude', input: { outcome: `odd ${turn}` } });
    world = await AgentWorld.start(answersBy(({ turn }) => (turn % 4 === 0 ? reads(`src/${turn}.ts`) : odd(turn))));
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-conclusion' });
    expect(world.server.requests).toHaveLength(11);
  });

  it('drops a candidate whose repairs are used up', async () => {
    const answers = [
      begins,
      edits,
      finishes,
      ...[1, 2, 3].flatMap((n) => [
        () => edits({ path: 'src/other.ts', search: `= ${n}`, replace: `= ${n + 1}` }),
        finishes,
      ]),
      abstains,
    ];
    world = await AgentWorld.start(inTurn(answers));
    const { outcome } = await runAgent(world.input({ gates: async () => ['src/words.ts does not parse'] }));
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-safe-fix', candidates: [] });
    expect(errorsSeen()).toHaveLength(4);
    expect(errorsSeen().at(-1)).toMatch(/is dropped.*\n.*[^]*src\/words.ts does not parse/);
  });

  it('asks once for a conclusion, then abstains', async () => {
    world = await AgentWorld.start(answersBy(() => says('I am done.')));
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-conclusion' });
    expect(world.server.requests).toHaveLength(2);
  });

  it('abstains when the model refuses', async () => {
    world = await AgentWorld.start(refuses(inTurn(DRAFTING), { turn: 2 }));
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'refused', evidence: [expect.any(String)] });
  });

  it('uses nothing of an answer that was cut off: it asks for less once', async () => {
    const long = { tool: 'propose_edit', input: { ...HOIST, replace: 'x'.repeat(20_000) } };
    const scenario = answersBy((request) => {
      if (request.turn === 2 && !request.text.includes('was cut off'))
        return calls({ tool: 'begin_candidate', input: { title: 'a', idea: 'b' } }, long);
      return DRAFTING[request.turn - 1]!();
    });
    world = await AgentWorld.start(scenario);
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'patch', candidates: [{ number: 1, title: 'Make the pattern once' }] });
    expect(world.server.answers.map(({ stop }) => stop)).toEqual([
      'tool_use',
      'max_tokens',
      'tool_use',
      'tool_use',
      'tool_use',
      'tool_use',
    ]);
  });

  it('abstains when the answer is cut off again', async () => {
    world = await AgentWorld.start(endsAtMaxTokens(inTurn(DRAFTING), { turn: 2 }));
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-conclusion' });
    expect(world.server.requests).toHaveLength(3);
  });

  it('goes on after a pause', async () => {
    world = await AgentWorld.start(pausesOnce(inTurn(DRAFTING), { turn: 2 }));
    const { outcome, model } = await runAgent(world.input());
    expect(outcome.outcome).toBe('patch');
    expect(model.turns).toBe(6);
  });

  it('answers the calls of an answer that pauses', async () => {
    world = await AgentWorld.start(inTurn([() => ({ ...reads(), stop: 'pause_turn' }) as Answer, abstains]));
    expect((await runAgent(world.input())).outcome.reason).toBe('no-safe-fix');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('makes the context shorter when it is full, and keeps evidence and edits', async () => {
    const scenario = answersBy(({ text, turn, results }) => {
      if (text.includes('taken out of the context'))
        return results.length === 0 && turn === 1 ? finishes() : concludes();
      return turn === 4 ? says('…', 'model_context_window_exceeded') : DRAFTING[turn - 1]!();
    });
    world = await AgentWorld.start(scenario);
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({
      outcome: 'patch',
      candidates: [{ number: 1 }],
      facts: [{ evidence: ['src/words.ts:4'] }],
    });
    const { messages } = world.server.requests[4]!.body as { messages: unknown[] };
    const text = JSON.stringify(messages);
    expect(messages).toHaveLength(1);
    expect(text).toContain(outcome.evidence[0]);
    expect(text).toContain('Candidate 1, being drafted: Make the pattern once');
  });

  it('makes the context shorter when the endpoint says that it is too long, and gives up when it still is', async () => {
    let refusals = 0;
    const scenario = answersBy(({ text, turn }) => {
      if (turn === 1 && !text.includes('taken out of the context')) return reads();
      refusals++;
      return fails(400, 'prompt is too long: 210000 tokens > 200000 maximum');
    });
    world = await AgentWorld.start(scenario);
    const { outcome } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'no-conclusion' });
    expect(refusals).toBe(2);
  });

  it('reads the files of the skill, whole or said to be cut', async () => {
    const resources = [
      { path: 'a.md', text: 'All of it.' },
      { path: 'b.md', text: 'x'.repeat(70_000) },
    ];
    const asks = (path: string) => () => calls({ tool: 'read_skill_resource', input: { path } });
    world = await AgentWorld.start(inTurn([asks('a.md'), asks('b.md'), asks('c.md'), abstains]));
    await runAgent(world.input({ skill: { ...world.input().skill, resources } }));
    const sent = JSON.stringify(world.server.requests.at(-1)!.body);
    expect(sent).toContain('All of it.');
    expect(sent).toContain('the file has 70000 characters');
    expect(sent).toContain('The skill has no c.md; it has a.md, b.md');
  });

  it('takes no fact that nothing shows, and no number that nobody measured', async () => {
    const facts = [
      { text: 'It takes 41.5 % of the CPU.', evidence: ['ev-00000000000000000001'] },
      { text: 'It is 12x slower than before.', evidence: ['1f0c7e5a90'] },
      { text: 'The cache is never read.', evidence: ['ev-ffffffffffffffffffff'] },
    ];
    const conclusion = {
      facts,
      summary: 'This saves 73 % of 41.5 %, as in src/words.ts:4.',
      outcome: 'abstain',
      reason: 'low-confidence',
    };
    world = await AgentWorld.start(inTurn([reads, () => concludes(conclusion)]));
    const { outcome } = await runAgent(world.input());
    expect(outcome.facts).toEqual([facts[0]]);
    expect(outcome.summary).toBe('This saves [number] % of 41.5 %, as in src/words.ts:4.');
    expect(outcome.hypotheses.map(({ text }) => text)).toEqual([
      'It is [number] slower than before.',
      'The cache is never read.',
    ]);
  });

  it('lets nothing out of the case that the guard refuses', async () => {
    world = await AgentWorld.start(
      inTurn([
        reads,
        () => concludes({ outcome: 'abstain', reason: 'needs-human', summary: 'See https://evil.example/x' }),
      ]),
    );
    const { shield } = world.input();
    const guard = new OutgoingGuard({ shield: shield as never, tools: ['other_tool'] });
    const { outcome } = await runAgent(world.input({ guard }));
    expect(outcome.summary).toMatch(/was dropped/);
    expect(world.tools.calls).toEqual([]);
  });

  it('yields the same result when it is run again, and pays nothing for it', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const first = await runAgent(world.input());
    expect(await runAgent(world.input())).toEqual(first);
    expect(world.server.requests).toHaveLength(5);
  });

  it('comes to one result where two work on a case at once, and counts each call once for what it cost', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const [one, other] = await Promise.all([runAgent(world.input()), runAgent(world.input())]);
    expect(other).toEqual(one);
    expect(one.outcome.outcome).toBe('patch');
    expect(world.server.requests.length).toBeLessThanOrEqual(10);
    const usd = world.server.answers.map(({ usage }) => costOf(PRICES, usageOf(usage!)));
    const { usd: spent } = await new Ledger(world.parts.store).spentOn('opp-1');
    expect(spent).toBeCloseTo(
      usd.reduce((sum, each) => sum + each, 0),
      9,
    );
  });

  it('uses nothing of another attempt', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    await runAgent(world.input());
    await runAgent(world.input({ case: { ...world.input().case, attempt: 2 } }));
    expect(world.server.requests).toHaveLength(10);
  });
});

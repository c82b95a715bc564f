import { afterEach, describe, expect, it } from '@jest/globals';
import { hangsOnce, says } from '@headroom/testing';
import { runAgent } from '../run.agent.js';
import {
  AgentWorld,
  answersBy,
  begins,
  DRAFTING,
  edits,
  inTurn,
  PRICES,
  reads,
  toolboxClient,
} from '../testing/agent.fixtures.js';
import type { Transcript } from '../transcript/transcript.js';
import type { Budgets } from './budgets.js';
import { Ledger } from './ledger.js';

let world: AgentWorld;
afterEach(() => world.close());

/** A model that never concludes, and sees something new each time. */
const endless = answersBy(({ turn }) => reads('src/other.ts', turn));

async function run(budgets: Partial<Budgets>, scenario = endless) {
  world = await AgentWorld.start(scenario);
  return runAgent(world.input({ budgets }));
}

describe('budgets', () => {
  it('sends no call that could cost more than is left of the case', async () => {
    const { outcome, model } = await run({ usdPerCase: 0.2 });
    expect(outcome).toMatchObject({ outcome: 'abstain', reason: 'budget', limit: 'usd-per-case' });
    expect(model.usdOfCase).toBeLessThanOrEqual(0.2);
    expect(model.turns).toBeGreaterThan(2);
    expect(world.server.requests).toHaveLength(model.turns - 1);
    expect(outcome.evidence).toHaveLength(model.turns - 1);
  });

  it('sends nothing when not even the first call fits', async () => {
    const { outcome } = await run({ usdPerCase: 0.0399 });
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'usd-per-case' });
    expect(world.server.requests).toHaveLength(0);
  });

  it('counts what the other cases of the team have cost today', async () => {
    world = await AgentWorld.start(endless);
    const ledger = new Ledger(world.parts.store);
    const now = Date.now();
    const all = { usdPerCase: 100, usdPerDay: 100, tokensPerCase: 1e9 } as Budgets;
    await ledger.reserve({ caseId: 'other', team: 'search' }, 'a', { usd: 9.99, tokens: 10 }, all, now);
    const { outcome } = await runAgent(world.input({ budgets: { usdPerDay: 10 } }));
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'usd-per-day' });
    expect(outcome.summary).toContain('search');
    expect(world.server.requests).toHaveLength(0);
  });

  it('calls no model whose price is not known', async () => {
    world = await AgentWorld.start(endless);
    const { outcome } = await runAgent(world.input({ model: { ...world.input().model, prices: {} } }));
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'price-unknown' });
    expect(world.server.requests).toHaveLength(0);
  });

  it('calls no model whose price is no number', async () => {
    world = await AgentWorld.start(endless);
    const prices = { 'scripted-model': { ...PRICES, output: Number.NaN } };
    const { outcome } = await runAgent(world.input({ model: { ...world.input().model, prices } }));
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'usd-per-case' });
    expect(world.server.requests).toHaveLength(0);
  });

  it('sends no call that could take more tokens than are left', async () => {
    const { outcome, model } = await run({ tokensPerCase: 12_000 });
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'tokens' });
    const { input, output, cacheRead, cacheWrite } = model.usage;
    expect(input + output + cacheRead + cacheWrite).toBeLessThanOrEqual(12_000);
    expect(world.server.requests.length).toBeGreaterThan(1);
  });

  it('never sends the turn after the last', async () => {
    const { outcome } = await run({ turns: 3 });
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'turns' });
    expect(world.server.requests).toHaveLength(3);
  });

  it('calls no tool after the last', async () => {
    const { outcome } = await run({ toolCalls: 3 });
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'tool-calls' });
    expect(world.tools.calls).toHaveLength(3);
  });

  it('ends a call that is under way when the time is over', async () => {
    const { outcome, model } = await run({ minutes: 0.04 }, hangsOnce(inTurn(DRAFTING), { hangAfter: 3 }));
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'wall-clock' });
    // It had begun, so it counts.
    expect(model.usdOfCase).toBeGreaterThan(0.02);
  });

  it.each([3_600_000, -3_600_000])('counts no time for a clock that is set by %i ms', async (jumpMs) => {
    let ahead = 0;
    const jumping = answersBy(({ turn }) => {
      if (turn === 2) ahead = jumpMs;
      return DRAFTING[turn - 1]!();
    });
    world = await AgentWorld.start(jumping);
    const { clock, ...input } = world.input();
    const { outcome, transcript } = await runAgent({ ...input, clock: { ...clock!, now: () => Date.now() + ahead } });
    expect(outcome.outcome).toBe('patch');
    const { totals, entries } = JSON.parse((await world.blobs.get(transcript)).toString()) as Transcript;
    const took = [totals, ...entries.map(({ answer }) => answer as { durationMs?: number } | null)];
    for (const each of took) expect(each?.durationMs ?? 0).toBeGreaterThanOrEqual(0);
    expect(totals.durationMs).toBeLessThan(600_000);
  });

  it('ends a tool that takes too long, and tells the model', async () => {
    const slow = { ...toolboxClient(), call: () => new Promise<never>(() => undefined) };
    world = await AgentWorld.start(inTurn([reads, () => says('Nothing.'), () => says('Nothing.')]));
    await runAgent(world.input({ tools: slow, budgets: { toolSeconds: 0.05 } }));
    expect(JSON.stringify(world.server.requests[1]!.body)).toContain('code_read_file took longer than 0.05 s');
  });

  it('refuses the third identical call with a hint, and ends at the fifth', async () => {
    const { outcome } = await run(
      {},
      answersBy(() => reads()),
    );
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'identical-calls' });
    expect(world.tools.calls).toHaveLength(2);
    expect(world.server.requests).toHaveLength(5);
    expect(JSON.stringify(world.server.requests[3]!.body)).toContain('was made 2 times and has its answer above');
  });

  it('ends when nothing new was seen or edited for eight turns', async () => {
    const { outcome } = await run(
      {},
      answersBy(({ turn }) => begins(`Idea ${turn}`)),
    );
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'no-progress' });
    expect(world.server.requests).toHaveLength(8);
  });

  it('keeps what was drafted until then', async () => {
    const { outcome } = await run({ turns: 4 }, inTurn([...DRAFTING.slice(0, 4), edits]));
    expect(outcome).toMatchObject({ outcome: 'abstain', limit: 'turns', candidates: [{ number: 1 }] });
    expect(outcome.summary).toMatch(/1 pieces of evidence were looked up and 1 candidates drafted/);
  });
});

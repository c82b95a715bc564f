import { afterEach, describe, expect, it } from '@jest/globals';
import {
  brokenOnce,
  cutOnce,
  fails,
  hangsOnce,
  limitedOnce,
  overloadedInStreamOnce,
  overloadedOnce,
  unauthorised,
  type ErrorAnswer,
  type MessageAnswer,
  type Scenario,
} from '@headroom/testing';
import { Ledger } from '../budget/ledger.js';
import { runAgent } from '../run.agent.js';
import { AgentWorld, answersBy, DRAFTING, inTurn, reads } from '../testing/agent.fixtures.js';

let world: AgentWorld;
afterEach(() => world.close());

const drafting = inTurn(DRAFTING);

/** 503 once, with the time in a minute as an HTTP date. */
const datedOnce = answersBy(({ turn, sent }) =>
  turn === 2 && sent === 1
    ? {
        ...(fails(503, 'Busy') as ErrorAnswer),
        headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
      }
    : DRAFTING[turn - 1]!(),
);

async function run(scenario: Scenario, silenceMs?: number) {
  world = await AgentWorld.start(scenario);
  const input = world.input();
  return runAgent({ ...input, model: { ...input.model, ...(silenceMs && { silenceMs }) } });
}

describe('an endpoint that fails', () => {
  it.each([
    ['says 529 and when to come back', overloadedOnce(drafting, { turn: 2, retryAfterMs: 1234 }), 1234, 1357],
    ['says 529 and no time', overloadedOnce(drafting, { turn: 2 }), 500, 1000],
    ['says 429 and seconds', limitedOnce(drafting, { turn: 2, seconds: 7 }), 7000, 7700],
    ['says 503 and a date', datedOnce, 58_000, 66_000],
    ['breaks', brokenOnce(drafting, { turn: 2 }), 1, 2],
    ['cuts the stream', cutOnce(drafting, { turn: 2 }), 500, 1000],
    ['cuts the stream before its first event', cutOnce(drafting, { turn: 2, cutAfter: 0 }), 500, 1000],
    ['is overloaded in mid-stream', overloadedInStreamOnce(drafting, { turn: 2 }), 500, 1000],
  ])('that %s is asked again after a while', async (_, scenario, least, most) => {
    const { outcome, model } = await run(scenario);
    expect(outcome.outcome).toBe('patch');
    expect(model.turns).toBe(5);
    expect(world.server.requests).toHaveLength(6);
    // What was cut off or refused is sent again as it was.
    expect(world.server.requests.map(({ sent }) => sent)).toEqual([1, 1, 2, 1, 1, 1]);
    expect(world.waits).toHaveLength(1);
    expect(world.waits[0]).toBeGreaterThanOrEqual(least);
    expect(world.waits[0]).toBeLessThanOrEqual(most);
    expect(world.progress.filter(({ kind }) => kind === 'model-retry')).toHaveLength(1);
  });

  it('that says nothing any more is given up and asked again', async () => {
    const { outcome } = await run(hangsOnce(drafting, { turn: 2, hangAfter: 2 }), 1500);
    expect(outcome.outcome).toBe('patch');
    expect(world.server.requests).toHaveLength(6);
  });

  it('counts a call that was cut off by its input and its longest answer, and one that was refused as nothing', async () => {
    const { model: cut } = await run(cutOnce(drafting, { turn: 2 }));
    expect(cut.usdOfCase - cut.usd).toBeGreaterThan(2000 * 20e-6);
    await world.close();
    const { model: refused } = await run(overloadedOnce(drafting, { turn: 2 }));
    expect(refused.usdOfCase).toBeCloseTo(refused.usd, 9);
  });

  it.each([
    ['counts nothing', {}],
    ['counts below nothing', { input_tokens: -1e9, output_tokens: -5 }],
    ['counts what is no number', { input_tokens: 'many' as unknown as number, output_tokens: 5 }],
  ])('that %s is counted by the most that each call can be', async (_, usage) => {
    const reading = answersBy(({ turn }) => ({ ...(reads('src/other.ts', turn) as MessageAnswer), usage }));
    world = await AgentWorld.start(reading);
    const { outcome, model } = await runAgent(world.input({ budgets: { usdPerCase: 0.3 } }));
    expect(outcome).toMatchObject({ reason: 'budget', limit: 'usd-per-case' });
    // Each answer alone may cost $0.04; none is sent again.
    expect(world.server.requests).toHaveLength(model.turns - 1);
    expect(world.waits).toEqual([]);
    expect(model.usd).toBeGreaterThan(0.04 * (model.turns - 1));
    expect(model.usdOfCase).toBeCloseTo(model.usd, 9);
    expect(model.turns).toBeGreaterThan(3);
  });

  it('that sends elsewhere is not followed, told as that at once, and costs nothing', async () => {
    world = await AgentWorld.start(
      answersBy(() => ({ ...(fails(307, 'moved') as ErrorAnswer), headers: { location: world.server.url } })),
    );
    await expect(runAgent(world.input())).rejects.toMatchObject({
      code: 'HEADROOM_MODEL_REQUEST_REFUSED',
      message: expect.stringContaining('307'),
    });
    expect(world.server.requests).toHaveLength(1);
    expect(await new Ledger(world.parts.store).spentOn('opp-1')).toEqual({ usd: 0, tokens: 0 });
  });

  it('is left to the runtime when it asks for more time than there is; what was answered is not paid again', async () => {
    let isDown = true;
    const scenario = answersBy((request) =>
      request.turn === 3 && isDown ? fails(529, 'Overloaded', { afterSeconds: 3600 }) : DRAFTING[request.turn - 1]!(),
    );
    world = await AgentWorld.start(scenario);
    const down = runAgent(world.input());
    await expect(down).rejects.toMatchObject({ code: 'HEADROOM_MODEL_AWAY', retryable: true, retryAfterMs: 3_600_500 });
    isDown = false;
    const { outcome } = await runAgent(world.input());
    expect(outcome.outcome).toBe('patch');
    expect(world.server.requests.map(({ sent }) => sent)).toEqual([1, 1, 1, 2, 1, 1]);
  });

  it('that goes on failing is given up after ten tries', async () => {
    world = await AgentWorld.start(answersBy(() => fails(500, 'Internal server error')));
    await expect(runAgent(world.input())).rejects.toMatchObject({ code: 'HEADROOM_MODEL_AWAY' });
    expect(world.server.requests).toHaveLength(10);
    expect(Math.max(...world.waits)).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['is not there', () => 'http://127.0.0.1:0', /ECONNREFUSED/],
    ['speaks no TLS', () => world.server.url.replace('http:', 'https:'), /SSL/],
  ])('that %s is told as that, and costs nothing', async (_, baseURL, reason) => {
    world = await AgentWorld.start(drafting);
    const input = world.input();
    const run = runAgent({ ...input, model: { ...input.model, baseURL: baseURL() } });
    await expect(run).rejects.toMatchObject({ code: 'HEADROOM_MODEL_AWAY', message: expect.stringMatching(reason) });
    expect(await new Ledger(world.parts.store).spentOn('opp-1')).toEqual({ usd: 0, tokens: 0 });
  });

  it('that does not take the key is told as that, at once', async () => {
    await expect(run(unauthorised(drafting))).rejects.toMatchObject({
      code: 'HEADROOM_MODEL_KEY_REFUSED',
      retryable: false,
    });
    expect(world.server.requests).toHaveLength(1);
  });

  it('is left at once when the caller leaves', async () => {
    world = await AgentWorld.start(hangsOnce(drafting, { turn: 2, hangAfter: 2 }));
    const leaving = new AbortController();
    const run = runAgent(
      world.input({
        signal: leaving.signal,
        onProgress: ({ kind }) => {
          if (kind === 'tool-call') setTimeout(() => leaving.abort(new Error('the host stops')), 100);
        },
      }),
    );
    await expect(run).rejects.toThrow('the host stops');
  });
});

describe('what goes to the endpoint', () => {
  it('has nothing of the environment in it', async () => {
    const set = {
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
      ANTHROPIC_AUTH_TOKEN: 'token-of-somebody',
      ANTHROPIC_API_KEY: 'key-of-somebody',
      ANTHROPIC_CUSTOM_HEADERS: 'authorization: Bearer stolen\nx-api-key: stolen\nx-more: more',
    };
    const before = { ...process.env };
    Object.assign(process.env, set);
    try {
      // The server takes no other key than the one of the test.
      const { outcome } = await run(drafting);
      expect(outcome.outcome).toBe('patch');
    } finally {
      for (const name of Object.keys(set)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});

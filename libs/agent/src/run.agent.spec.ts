import { afterEach, describe, expect, it } from '@jest/globals';
import { runAgent } from './run.agent.js';
import { AgentWorld, DRAFTING, inTurn } from './testing/agent.fixtures.js';

let world: AgentWorld;
afterEach(() => world.close());

describe('runAgent', () => {
  it('drafts a patch by reading, editing and concluding', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const { outcome, model } = await runAgent(world.input());
    expect(outcome).toMatchObject({ outcome: 'patch', candidates: [{ number: 1, files: ['src/words.ts'], changedLines: 2 }] });
    expect(outcome.candidates[0]!.patch).toContain("+  const pattern = new RegExp('[a-z]+', 'g');");
    expect(outcome.facts).toEqual([{ text: 'The pattern is made in each round.', evidence: ['src/words.ts:4'] }]);
    expect(model).toMatchObject({ turns: 5, toolCalls: 5 });
    expect(world.server.requests).toHaveLength(5);
  });
});

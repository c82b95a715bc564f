import { afterEach, describe, expect, it } from '@jest/globals';
import { calls, malformedInputOnce, overloadedOnce, says, type Answer } from '@headroom/testing';
import { runAgent, type AgentInput } from '../run.agent.js';
import {
  AgentWorld,
  answersBy,
  begins,
  concludes,
  DRAFTING,
  edits,
  finishes,
  HOIST,
  inTurn,
  reads,
} from '../testing/agent.fixtures.js';
import { replayTranscript } from './replay.js';
import type { Transcript } from './transcript.js';

let world: AgentWorld;
afterEach(() => world.close());

async function recorded(
  change: Partial<AgentInput> = {},
): Promise<{ transcript: Transcript; text: string; outcome: unknown }> {
  const { outcome, transcript } = await runAgent(world.input(change));
  const text = (await world.blobs.get(transcript)).toString();
  return { transcript: JSON.parse(text) as Transcript, text, outcome };
}

describe('replayTranscript', () => {
  it.each([
    ['a patch', inTurn(DRAFTING), {}],
    ['a patch after faults', overloadedOnce(malformedInputOnce(inTurn([reads, ...DRAFTING])), { turn: 3 }), {}],
    [
      'repairs',
      inTurn([
        begins,
        edits,
        finishes,
        () => edits({ path: 'src/other.ts', search: '= 1', replace: '= 2' }),
        finishes,
        concludes,
      ]),
      {
        gates: async ({ files }: { files: readonly string[] }) => (files.length < 2 ? ['other.ts is missing'] : []),
      },
    ],
    ['an end by a budget', answersBy(({ turn }) => reads('src/other.ts', turn)), { budgets: { usdPerCase: 0.2 } }],
    ['an end by time', answersBy(({ turn }) => reads('src/other.ts', turn)), { budgets: { minutes: 0.002 } }],
    ['words only', answersBy(() => says('Done.')), {}],
  ])('comes to the same outcome without model, tools and checkout: %s', async (_, scenario, change) => {
    world = await AgentWorld.start(scenario);
    const { transcript, outcome } = await recorded(change);
    const sent = world.server.requests.length;
    expect(await replayTranscript(transcript)).toEqual(outcome);
    expect(world.server.requests).toHaveLength(sent);
  });

  it('fails loudly when the loop would send anything else', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const { transcript } = await recorded();
    const other = structuredClone(transcript);
    other.plan.context.skill.body += ' Really.';
    await expect(replayTranscript(other)).rejects.toMatchObject({
      code: 'HEADROOM_AGENT_REPLAY_DIFFERS',
      message: expect.stringContaining('the call of turn 1'),
    });
  });

  it('fails loudly when an answer, the end or the outcome is another', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const { transcript } = await recorded();
    const differs = { code: 'HEADROOM_AGENT_REPLAY_DIFFERS' };
    const tool = structuredClone(transcript);
    (tool.entries.find(({ kind }) => kind === 'tool')!.answer as { text: string }).text += 'x';
    await expect(replayTranscript(tool)).rejects.toMatchObject({
      ...differs,
      message: expect.stringContaining('turn 2'),
    });
    const longer = structuredClone(transcript);
    longer.entries.push(longer.entries[0]!);
    await expect(replayTranscript(longer)).rejects.toMatchObject(differs);
    const shorter = { ...transcript, entries: transcript.entries.slice(0, -1) };
    await expect(replayTranscript(shorter)).rejects.toMatchObject(differs);
    const claimed = structuredClone(transcript);
    claimed.outcome.facts[0]!.text = 'It is faster.';
    await expect(replayTranscript(claimed)).rejects.toMatchObject({
      ...differs,
      message: expect.stringContaining('outcome'),
    });
  });

  it('holds no secret, also of what the model wrote, and plays again all the same', async () => {
    const token = `ghp_${'a1B2c3D4'.repeat(4)}abcd`;
    const withToken = { ...HOIST, replace: `${HOIST.replace}    const token = '${token}';\n` };
    world = await AgentWorld.start(
      inTurn([
        reads,
        () => begins(`Keep ${token}`),
        () => edits(withToken),
        finishes,
        () => concludes({ summary: `It was ${token}.`, note: `Bearer ${token}` }),
      ]),
    );
    const { transcript, text } = await recorded({ dossier: { text: `The key is ${token}.`, evidence: [] } });
    expect(text).not.toContain(token);
    expect(await replayTranscript(transcript)).toEqual(transcript.outcome);
  });

  const TOKEN = `ghp_${'a1B2c3D4'.repeat(4)}abcd`;
  const PEM = `-----BEGIN PRIVATE KEY-----\n${`${'MIIEvQIBADAN'.repeat(5)}\n`.repeat(5)}-----END PRIVATE KEY-----`;
  const full = (answers: readonly (() => Answer)[]) =>
    answersBy(({ turn, text }) => {
      if (text.includes('taken out of the context')) return turn === 1 ? finishes() : concludes();
      return answers[turn - 1]?.() ?? says('…', 'model_context_window_exceeded');
    });
  it.each([
    [
      'a patch with a key of several lines',
      inTurn([reads, begins, () => edits({ ...HOIST, replace: `${HOIST.replace}// ${PEM}\n` }), finishes, concludes]),
      {},
    ],
    [
      'a call that is told cut off, when the context was full',
      full([() => reads(`${'x'.repeat(165)} ${TOKEN}`), begins, () => edits()]),
      {},
    ],
    [
      'a long file of the skill',
      inTurn([() => calls({ tool: 'read_skill_resource', input: { path: 'a.md' } }), ...DRAFTING]),
      { resources: [{ path: 'a.md', text: `${TOKEN}\n${'word '.repeat(20_000)}` }] },
    ],
  ])('plays a secret again that stands in %s', async (_, scenario, skill) => {
    world = await AgentWorld.start(scenario);
    const { transcript, text } = await recorded({ skill: { ...world.input().skill, ...skill } });
    expect(text).not.toMatch(/a1B2c3D4|MIIEvQIBADAN/);
    expect((await replayTranscript(transcript)).candidates).toEqual([
      expect.objectContaining({ files: ['src/words.ts'] }),
    ]);
  });

  it('shows the model no secret of a skill', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    await recorded({ skill: { ...world.input().skill, body: `Log in with ${TOKEN}.` } });
    const sent = JSON.stringify(world.server.requests.map(({ body }) => body));
    expect(sent).toContain('Log in with [redacted');
    expect(sent).not.toContain('a1B2c3D4');
  });

  it('holds what each call took', async () => {
    world = await AgentWorld.start(
      inTurn([
        () => calls({ tool: 'code_read_file', input: { path: 'a' } }, { tool: 'code_read_file', input: { path: 'b' } }),
        concludes,
        () => concludes({ outcome: 'accept', summary: 'It is meant.' }),
      ]),
    );
    const { transcript } = await recorded();
    expect(transcript.entries.map(({ kind }) => kind)).toEqual([
      'tools',
      'model',
      'tool',
      'tool',
      'model',
      'model',
      'outgoing',
    ]);
    expect(transcript.entries[1]!.answer).toMatchObject({
      usage: { output: expect.any(Number) },
      usd: expect.any(Number),
      durationMs: expect.any(Number),
    });
    expect(transcript.totals).toMatchObject({ turns: 3, toolCalls: 4 });
    expect(transcript.totals.usd).toBeGreaterThan(0);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { says } from './answers.js';
import { MessagesServer } from './messages.server.js';

const words = (name: string): string => `${name} `.repeat(3000);
const mark = { type: 'ephemeral' as const };
const skill = { type: 'text' as const, text: words('skill'), cache_control: mark };
const dossier = { type: 'text' as const, text: words('dossier'), cache_control: mark };
const tool: Anthropic.Tool = { name: 'read', description: 'Reads.', input_schema: { type: 'object' } };

let server: MessagesServer;
let anthropic: Anthropic;
let nowMs = 0;

beforeEach(async () => {
  nowMs = 1_000_000;
  server = await new MessagesServer({ scenario: { name: 'ok', answer: () => says('Ok.') }, now: () => nowMs }).listen();
  anthropic = new Anthropic({ apiKey: 'test-key', baseURL: server.url, maxRetries: 0 });
});

afterEach(() => server.close());

async function usageOf(change: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}): Promise<Anthropic.Usage> {
  const message = await anthropic.messages.create({
    model: 'model-a',
    max_tokens: 100,
    tools: [tool],
    system: [skill, dossier],
    messages: [{ role: 'user', content: 'Begin.' }],
    ...change,
  });
  return message.usage;
}

function total(usage: Anthropic.Usage): number {
  return usage.input_tokens + usage.cache_creation_input_tokens! + usage.cache_read_input_tokens!;
}

describe('the prompt cache', () => {
  it('is written by the first request and read by the second', async () => {
    const first = await usageOf();
    const second = await usageOf();

    expect(first.cache_read_input_tokens).toBe(0);
    expect(first.cache_creation_input_tokens).toBeGreaterThan(9000);
    expect(first.cache_creation).toMatchObject({ ephemeral_5m_input_tokens: first.cache_creation_input_tokens });
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
    expect(total(second)).toBe(total(first));
  });

  it('holds nothing without a breakpoint', async () => {
    const plain = { system: [{ type: 'text' as const, text: words('skill') }] };
    await usageOf(plain);

    expect(await usageOf(plain)).toMatchObject({ cache_read_input_tokens: 0, cache_creation_input_tokens: 0 });
  });

  it('is read up to the last breakpoint before a change', async () => {
    await usageOf();
    const changed = await usageOf({ system: [skill, { ...dossier, text: words('another') }] });

    expect(changed.cache_read_input_tokens).toBeGreaterThan(4000);
    expect(changed.cache_read_input_tokens).toBeLessThan(6000);
    expect(changed.cache_creation_input_tokens).toBeGreaterThan(4000);
  });

  it.each([
    ['a tool', { tools: [{ ...tool, description: 'Reads it.' }] }],
    ['the order of keys', { tools: [{ input_schema: tool.input_schema, description: 'Reads.', name: 'read' }] }],
    ['a time in the system prompt', { system: [{ ...skill, text: `12:00 ${skill.text}` }, dossier] }],
    ['the model', { model: 'model-b' }],
  ])('is not read after a change of %s', async (_, change) => {
    await usageOf();

    expect((await usageOf(change)).cache_read_input_tokens).toBe(0);
  });

  it('finds an entry behind a breakpoint that has moved on', async () => {
    const content = (text: string): Anthropic.TextBlockParam[] => [{ type: 'text', text, cache_control: mark }];
    const first = await usageOf({ system: [skill], messages: [{ role: 'user', content: content('Begin.') }] });
    const second = await usageOf({
      system: [skill],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Begin.' }] },
        { role: 'assistant', content: 'Ok.' },
        { role: 'user', content: content('Go on.') },
      ],
    });

    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBeGreaterThan(0);
    expect(second.input_tokens).toBe(0);
  });

  it('ends five minutes after the last reading', async () => {
    await usageOf();
    nowMs += 290_000;
    expect((await usageOf()).cache_read_input_tokens).toBeGreaterThan(0);
    nowMs += 290_000;
    expect((await usageOf()).cache_read_input_tokens).toBeGreaterThan(0);
    nowMs += 310_000;
    expect((await usageOf()).cache_read_input_tokens).toBe(0);
  });

  it('keeps no prefix below its minimum', async () => {
    const short = { system: [{ ...skill, text: 'Be brief.' }] };
    await usageOf(short);

    expect((await usageOf(short)).cache_read_input_tokens).toBe(0);
  });

  it('is not written by a request that fails', async () => {
    const { scenario } = server;
    server.scenario = { name: 'broken', answer: () => Promise.reject(new Error('no')) };
    await expect(usageOf()).rejects.toThrow('no');
    server.scenario = scenario;

    expect((await usageOf()).cache_read_input_tokens).toBe(0);
  });
});

describe('the log of breakpoints', () => {
  const turn2 = (more: object): Partial<Anthropic.MessageCreateParamsNonStreaming> => ({
    messages: [
      { role: 'user', content: 'Begin.' },
      { role: 'assistant', content: 'Ok.' },
      { role: 'user', content: 'Go on.' },
    ],
    ...more,
  });

  it('says that the bytes up to each are equal', async () => {
    await usageOf();
    await usageOf(turn2({}));

    expect(server.requests.map(({ conversation, extendsPrevious }) => [conversation, extendsPrevious])).toEqual([
      [1, null],
      [1, true],
    ]);
    expect(server.requests[0]!.breakpoints.map(({ bytes }) => bytes)).toEqual(['new', 'new']);
    expect(server.requests[1]!.breakpoints).toMatchObject([
      { at: 'system[0]', bytes: 'equal' },
      { at: 'system[1]', bytes: 'equal' },
    ]);
  });

  it('says where they changed', async () => {
    await usageOf();
    await usageOf(turn2({ system: [skill, { ...dossier, text: `${dossier.text}!` }] }));

    expect(server.requests[1]).toMatchObject({ extendsPrevious: false, changedAt: 'system[1]' });
    expect(server.requests[1]!.breakpoints.map(({ bytes }) => bytes)).toEqual(['equal', 'changed']);
  });

  it('says that a turn of the past was rewritten', async () => {
    await usageOf();
    await usageOf(turn2({}));
    const messages = turn2({}).messages!;
    messages[0] = { role: 'user', content: 'Begin again.' };
    await usageOf({ messages });

    expect(server.requests[2]).toMatchObject({
      conversation: 1,
      extendsPrevious: false,
      changedAt: 'messages[0].content[0]',
    });
  });
});

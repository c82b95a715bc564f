import { afterEach, describe, expect, it } from '@jest/globals';
import Anthropic, { APIError, AnthropicError, AuthenticationError, BadRequestError } from '@anthropic-ai/sdk';
import { calls, fails, says } from './answers.js';
import { draftsByEdits } from './drafting.scenario.js';
import * as faults from './faults.js';
import { MessagesServer, type MessagesServerOptions } from './messages.server.js';
import { inSteps, type Scenario } from './scenario.js';

let server: MessagesServer | undefined;

afterEach(() => server?.close());

/** The real client against a scenario. */
async function client(scenario: Scenario, options: Partial<MessagesServerOptions> = {}): Promise<Anthropic> {
  server = await new MessagesServer({ scenario, ...options }).listen();
  return new Anthropic({ apiKey: 'test-key', baseURL: server.url, maxRetries: 0, timeout: 10_000 });
}

const schema = { type: 'object' as const, properties: { path: { type: 'string' } }, required: ['path'] };
const tools: Anthropic.Tool[] = ['read_file', 'edit_file', 'conclude'].map((name) => ({ name, input_schema: schema }));
const params = {
  model: 'model-a',
  max_tokens: 1000,
  system: 'You keep services fast.',
  tools,
  messages: [{ role: 'user' as const, content: 'tokenize grew.' }],
};
const hello: Scenario = { name: 'hello', answer: () => says('Hello, service.') };

/** What the client throws. */
async function thrown(promise: Promise<unknown>): Promise<APIError> {
  return (await promise.then(
    () => undefined,
    (error: unknown) => error,
  )) as APIError;
}

/** A conversation with tools: each call is answered by `run`, until the model ends its turn. */
async function converse(
  anthropic: Anthropic,
  run: (name: string, input: unknown) => string,
  start: typeof params = params,
): Promise<Anthropic.Message> {
  const messages: Anthropic.MessageParam[] = [...start.messages];
  for (;;) {
    const message = await anthropic.messages.stream({ ...start, messages }).finalMessage();
    const uses = message.content.filter((block) => block.type === 'tool_use');
    if (uses.length === 0) return message;
    const content = uses.map(
      ({ id, name, input }) => ({ type: 'tool_result', tool_use_id: id, content: run(name, input) }) as const,
    );
    messages.push({ role: 'assistant', content: message.content }, { role: 'user', content });
  }
}

const drafting = draftsByEdits({
  requires: { skill: ['keep services fast'], dossier: ['tokenize grew'] },
  read: { tool: 'read_file', input: { path: 'src/words.ts' } },
  sees: 'new RegExp',
  edits: [{ tool: 'edit_file', input: { path: 'src/words.ts' } }],
  conclude: { tool: 'conclude', input: { path: '-' } },
});

describe('an answer', () => {
  it('arrives through a stream, event by event', async () => {
    const anthropic = await client(hello);
    const texts: string[] = [];
    const stream = anthropic.messages.stream(params).on('text', (text) => texts.push(text));
    const message = await stream.finalMessage();

    expect(message).toMatchObject({ role: 'assistant', model: 'model-a', stop_reason: 'end_turn' });
    expect(texts.join('')).toBe('Hello, service.');
    expect(message.usage.output_tokens).toBeGreaterThan(1);
    expect(stream.request_id).toBe('req_1');
  });

  it('arrives whole when no stream is asked for', async () => {
    const anthropic = await client({ name: 'call', answer: () => calls({ tool: 'read_file', input: { path: 'a' } }) });

    const message = await anthropic.messages.create(params);

    expect(message.stop_reason).toBe('tool_use');
    expect(message.content).toEqual([
      { type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'read_file', input: { path: 'a' } },
    ]);
  });

  it('is cut off at max_tokens, as a model is', async () => {
    const anthropic = await client({ name: 'long', answer: () => says('word '.repeat(100)) });

    const message = await anthropic.messages.stream({ ...params, max_tokens: 10 }).finalMessage();

    expect(message.stop_reason).toBe('max_tokens');
    expect(message.usage.output_tokens).toBe(10);
  });

  it('carries thought and several calls at once', async () => {
    const two = calls({ tool: 'read_file', input: { path: 'a' } }, { tool: 'read_file', input: { path: 'b' } });
    const parts = [{ type: 'thinking' as const, thinking: 'Two files.' }, ...two.parts];
    const anthropic = await client({ name: 'thinks', answer: () => ({ kind: 'message', parts }) });

    const { content } = await anthropic.messages.stream(params).finalMessage();

    expect(content.map((block) => block.type)).toEqual(['thinking', 'tool_use', 'tool_use']);
    expect(content[0]).toMatchObject({ thinking: 'Two files.', signature: expect.stringContaining('signed') });
    expect(content[1]).not.toMatchObject({ id: (content[2] as { id: string }).id });
  });
});

describe('a scripted model', () => {
  it('drafts a patch from what the tools answer', async () => {
    const anthropic = await client(drafting);
    const used: string[] = [];

    const last = await converse(anthropic, (name) => {
      used.push(name);
      return name === 'read_file' ? 'const r = new RegExp(text)' : 'ok';
    });

    expect(used).toEqual(['read_file', 'edit_file', 'conclude']);
    expect(last.content).toMatchObject([{ text: 'Done.' }]);
    expect(server!.requests.map(({ conversation, turn }) => [conversation, turn])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
  });

  it('does not edit what it has not seen', async () => {
    const anthropic = await client(drafting);

    const error = await thrown(converse(anthropic, () => 'nothing here'));

    expect(error).toBeInstanceOf(BadRequestError);
    expect(error.apiMessage).toMatch(/read_file did not show "new RegExp"/);
  });

  it.each([
    ['the skill', { system: 'You are helpful.' }, /was not sent the skill "keep services fast"/],
    ['the dossier', { messages: [{ role: 'user' as const, content: 'Go.' }] }, /the dossier "tokenize grew"/],
    ['a tool', { tools: tools.slice(0, 2) }, /the tool conclude/],
  ])('refuses an agent that does not send %s', async (_, change, reason) => {
    const anthropic = await client(drafting);

    const error = await thrown(converse(anthropic, () => 'new RegExp', { ...params, ...change }));

    expect(error.status).toBe(400);
    expect(error.apiMessage).toMatch(reason);
  });

  it('is told of in an error when it breaks', async () => {
    const anthropic = await client({ name: 'breaks', answer: () => Promise.reject(new Error('no such step')) });

    const error = await thrown(anthropic.messages.create(params));

    expect([error.status, error.message]).toEqual([500, expect.stringContaining('no such step')]);
  });

  it('ends after its steps', async () => {
    const anthropic = await client(inSteps('one', {}, [() => calls({ tool: 'read_file', input: {} })]));

    expect((await thrown(converse(anthropic, () => 'x'))).apiMessage).toMatch(/"one" ends after 1 answers; turn 2/);
  });
});

describe('what the API refuses', () => {
  const use = { type: 'tool_use' as const, id: 'toolu_x', name: 'read_file', input: {} };
  const marked = { type: 'text' as const, text: 'a', cache_control: { type: 'ephemeral' as const } };

  it.each([
    ['no messages', { messages: [] }, /at least one message/],
    ['two tools of one name', { tools: [tools[0]!, tools[0]!] }, /unique/],
    ['a tool of a bad name', { tools: [{ ...tools[0]!, name: 'a b' }] }, /tools.0.name/],
    ['an empty text', { messages: [{ role: 'user', content: '' }] }, /non-empty/],
    ['a text without a word', { messages: [{ role: 'user', content: ' \n' }] }, /non-whitespace/],
    [
      'an answer that ends with thinking',
      {
        messages: [
          ...params.messages,
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'a', signature: 'b' }] },
        ],
      },
      /cannot be `thinking`/,
    ],
    ['a call at the end', { messages: [...params.messages, { role: 'assistant', content: [use] }] }, /toolu_x/],
    [
      'a call without a result',
      { messages: [...params.messages, { role: 'assistant', content: [use] }, { role: 'user', content: 'go' }] },
      /toolu_x/,
    ],
    [
      'a result without a call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_y' }] }] },
      /toolu_y/,
    ],
    ['five breakpoints', { system: Array.from({ length: 5 }, () => marked) }, /maximum of 4/],
  ] as [string, Partial<Anthropic.MessageCreateParamsNonStreaming>, RegExp][])(
    'is refused: %s',
    async (_, change, reason) => {
      const anthropic = await client(hello);

      const error = await thrown(anthropic.messages.create({ ...params, ...change }));

      expect(error).toBeInstanceOf(BadRequestError);
      expect(error.type).toBe('invalid_request_error');
      expect(error.apiMessage).toMatch(reason);
    },
  );

  it('is another key', async () => {
    const anthropic = await client(hello, { key: 'the-right-key' });

    expect(await thrown(anthropic.messages.create(params))).toBeInstanceOf(AuthenticationError);
  });
});

describe('faults', () => {
  it.each([
    [
      429,
      'rate_limit_error',
      (scenario: Scenario) => faults.limitedOnce(scenario, { seconds: 2 }),
      ['retry-after', '2'],
    ],
    [
      529,
      'overloaded_error',
      (scenario: Scenario) => faults.overloadedOnce(scenario, { retryAfterMs: 5 }),
      ['retry-after-ms', '5'],
    ],
    [500, 'api_error', (scenario: Scenario) => faults.brokenOnce(scenario), ['retry-after-ms', '1']],
  ] as const)(
    'of status %i are told by status, type and header, and end',
    async (status, type, fault, [header, value]) => {
      const anthropic = await client(fault(hello));

      const error = await thrown(anthropic.messages.stream(params).finalMessage());

      expect(error).toMatchObject({ status, type });
      expect(error.headers?.get(header)).toBe(value);
      expect((await anthropic.messages.create(params)).stop_reason).toBe('end_turn');
      expect(server!.requests.map(({ sent, conversation }) => [sent, conversation])).toEqual([
        [1, 1],
        [1, 2],
      ]);
    },
  );

  it('are retried by the client itself when it may, which the log tells', async () => {
    const anthropic = (await client(faults.overloadedOnce(hello, { retryAfterMs: 1 }))).withOptions({ maxRetries: 1 });

    await anthropic.messages.create(params);

    expect(server!.requests.map(({ clientRetries, sent }) => [clientRetries, sent])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('in the middle of a stream have a type and no status', async () => {
    const anthropic = await client(faults.overloadedInStreamOnce(hello));

    const error = await thrown(anthropic.messages.stream(params).finalMessage());

    expect(error).toBeInstanceOf(APIError);
    expect([error.status, error.type]).toEqual([undefined, 'overloaded_error']);
    expect(server!.answers).toMatchObject([{ status: 200, complete: false, error: 'Overloaded' }]);
  });

  it('cut a stream', async () => {
    const anthropic = await client(faults.cutOnce(hello));

    expect(await thrown(anthropic.messages.stream(params).finalMessage())).toBeInstanceOf(AnthropicError);
    expect((await anthropic.messages.stream(params).finalMessage()).stop_reason).toBe('end_turn');
    expect(server!.requests.at(-1)).toMatchObject({ sent: 2, conversation: 1 });
  });

  it('hang until the client leaves, which the log tells', async () => {
    const anthropic = await client(faults.hangsOnce(hello, { hangAfter: 3 }));
    const stream = anthropic.messages.stream(params);
    const ended = thrown(stream.finalMessage());
    await new Promise<void>((resolve) => stream.once('streamEvent', () => resolve()));
    stream.abort();

    expect((await ended).name).toBe('APIUserAbortError');
    await until(() => server!.answers.length === 1);
    expect(server!.answers).toMatchObject([{ complete: false, error: 'the client left' }]);
  });

  it('give the input of a call as no JSON', async () => {
    const scenario: Scenario = { name: 'call', answer: () => calls({ tool: 'read_file', input: { path: 'a' } }) };
    const anthropic = await client(faults.malformedInputOnce(scenario));
    const raw: string[] = [];

    const stream = anthropic.messages.stream(params);
    stream.on('streamEvent', (event) => {
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
        raw.push(event.delta.partial_json);
    });
    await thrown(stream.finalMessage());

    expect(() => JSON.parse(raw.join('')) as unknown).toThrow();
  });

  it.each([
    ['refusal', faults.refuses(hello)],
    ['max_tokens', faults.endsAtMaxTokens(hello)],
    ['pause_turn', faults.pausesOnce(hello)],
  ])('end a turn with %s', async (reason, scenario) => {
    const anthropic = await client(scenario);

    expect((await anthropic.messages.stream(params).finalMessage()).stop_reason).toBe(reason);
  });

  it('lets a scenario go on after a pause', async () => {
    const anthropic = await client(faults.pausesOnce(hello));
    const paused = await anthropic.messages.create(params);

    const messages = [...params.messages, { role: 'assistant' as const, content: paused.content }];
    expect(await anthropic.messages.create({ ...params, messages })).toMatchObject({
      content: [{ text: 'Hello, service.' }],
    });
  });

  it('answer slowly', async () => {
    const anthropic = await client(faults.slowly(hello, { delayMs: 60_000 }));

    const error = await thrown(anthropic.messages.create(params, { timeout: 50 }));

    expect(error.name).toBe('APIConnectionTimeoutError');
  });

  it('are any status that a test asks for', async () => {
    const anthropic = await client({ name: 'gone', answer: () => fails(404, 'model: model-a') });

    expect(await thrown(anthropic.messages.create(params))).toMatchObject({ status: 404, type: 'not_found_error' });
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

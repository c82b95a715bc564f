import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { MoreTools } from '@headroom/tool-server';
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

/*
 * The tools, prompts and resources that the conformance suite asks every server for, as its own descriptions of the scenarios name
 * them. Only a test serves them.
 */

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

type Answer = CallToolResult | InputRequiredResult;
type Fixture = (context: ServerContext) => Answer | Promise<Answer>;

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });
const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const;

const nameSchema = z.object({ name: z.string() });
const state = createRequestStateCodec<{ round: number; name?: string }>({ key: randomBytes(32), ttlSeconds: 300 });

const askName = (message = 'What is your name?') =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  });
const askGreeting = (question: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens });

const confirm = inputRequired.elicit({
  message: 'Please confirm',
  requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
});

/** State that came back from the client, if it is what was sent. */
async function sentState(context: ServerContext): Promise<{ round: number; name?: string } | undefined> {
  const raw = context.mcpReq.requestState<string>();
  if (raw === undefined) return undefined;
  return state.verify(raw, context).catch(() => {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState');
  });
}

async function withProgress({ mcpReq }: ServerContext): Promise<CallToolResult> {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined) {
      const params = { progressToken, progress, total: 100 };
      await mcpReq.notify({ method: 'notifications/progress', params });
    }
    await delay(50);
  }
  return text('The tool has run.');
}

async function confirmed(context: ServerContext): Promise<Answer> {
  const sent = await sentState(context);
  if (sent && inputResponse(context.mcpReq.inputResponses, 'confirm').kind === 'elicit') return text('state-ok');
  return inputRequired({ inputRequests: { confirm }, requestState: await state.mint({ round: 1 }, context) });
}

async function manyInputs(context: ServerContext): Promise<Answer> {
  const responses = context.mcpReq.inputResponses;
  const kinds = ['user_name', 'greeting', 'client_roots'].map((key) => inputResponse(responses, key).kind);
  if ((await sentState(context)) && !kinds.includes('missing')) return text(`Thank you for ${kinds.join(', ')}.`);
  return inputRequired({
    inputRequests: {
      user_name: askName(),
      greeting: askGreeting('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    },
    requestState: await state.mint({ round: 1 }, context),
  });
}

async function manyRounds(context: ServerContext): Promise<Answer> {
  const responses = context.mcpReq.inputResponses;
  const sent = await sentState(context);
  if (sent?.round === 2 && inputResponse(responses, 'step2').kind === 'elicit') return text(`${sent.name}, thank you.`);
  const { name } = acceptedContent(responses, 'step1', nameSchema) ?? {};
  if (sent?.round === 1 && name !== undefined) {
    const step2 = inputRequired.elicit({
      message: 'Step 2: What is your favorite color?',
      requestedSchema: { type: 'object', properties: { color: { type: 'string' } }, required: ['color'] },
    });
    return inputRequired({ inputRequests: { step2 }, requestState: await state.mint({ round: 2, name }, context) });
  }
  const step1 = askName('Step 1: What is your name?');
  return inputRequired({ inputRequests: { step1 }, requestState: await state.mint({ round: 1 }, context) });
}

const fixtures: Readonly<Record<string, Fixture>> = {
  test_simple_text: () => text('This is a simple text response for testing.'),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  test_embedded_resource: () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }),
  test_multiple_content_types: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  }),
  test_error_handling: () => ({
    isError: true,
    content: [{ type: 'text', text: 'This tool intentionally returns an error for testing' }],
  }),
  test_tool_with_progress: withProgress,
  test_input_required_result_elicitation: ({ mcpReq }) => {
    const { name } = acceptedContent(mcpReq.inputResponses, 'user_name', nameSchema) ?? {};
    if (name !== undefined) return text(`Hello, ${name}!`);
    return inputRequired({ inputRequests: { user_name: askName() } });
  },
  test_input_required_result_sampling: ({ mcpReq }) => {
    const found = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (found.kind === 'sampling') return text(JSON.stringify(found.result.content));
    return inputRequired({ inputRequests: { capital_question: askGreeting('What is the capital of France?', 100) } });
  },
  test_input_required_result_list_roots: ({ mcpReq }) => {
    const found = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (found.kind === 'roots') return text(found.roots.map(({ uri }) => uri).join(', '));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  },
  test_input_required_result_capabilities: ({ mcpReq }) => {
    const envelope = mcpReq.envelope as Record<string, ClientCapabilities | undefined> | undefined;
    const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY];
    return inputRequired({
      inputRequests: {
        ...(declared?.elicitation && { user_name: askName() }),
        ...(declared?.sampling && { capital_question: askGreeting('What is the capital of France?', 100) }),
      },
    });
  },
  // Asks for what the client did not declare; the server refuses that by itself.
  test_missing_capability: () => inputRequired({ inputRequests: { question: askGreeting('Who are you?', 100) } }),
  test_streaming_elicitation: () => inputRequired({ inputRequests: { user_name: askName() } }),
  // This server sends no log messages to clients, asked or not.
  test_logging_tool: () => text('The tool has run.'),
  json_schema_2020_12_tool: () => text('The tool has run.'),
  test_input_required_result_request_state: confirmed,
  test_input_required_result_tampered_state: confirmed,
  test_input_required_result_multiple_inputs: manyInputs,
  test_input_required_result_multi_round: manyRounds,
};

const noArguments = { type: 'object' as const, properties: {}, additionalProperties: false };

/** A schema with what JSON Schema 2020-12 has beyond its forerunners; it has to arrive as it is. */
const manyKeywords = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** The suite's tools; `toolsChanged` is called when the suite asks for a notification. */
export function fixtureTools(toolsChanged: () => void): MoreTools {
  const all: Readonly<Record<string, Fixture>> = {
    ...fixtures,
    test_trigger_tool_change: () => {
      toolsChanged();
      return text('Told.');
    },
  };
  return {
    list: Object.keys(all).map((name) => ({
      name,
      description: `Fixture of the conformance suite: ${name}.`,
      inputSchema: name === 'json_schema_2020_12_tool' ? manyKeywords : noArguments,
    })),
    call: async (request, context) => all[request.params.name]!(context),
  };
}

function registerResources(server: McpServer): void {
  const plain = (uri: string, content: object) => ({ contents: [{ uri, ...content } as never] });
  server.registerResource(
    'static-text',
    'test://static-text',
    { description: 'A text.', mimeType: 'text/plain' },
    ({ href }) => plain(href, { mimeType: 'text/plain', text: 'This is the content of the static text resource.' }),
  );
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'A picture.', mimeType: 'image/png' },
    ({ href }) => plain(href, { mimeType: 'image/png', blob: PNG }),
  );
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data by id.', mimeType: 'application/json' },
    ({ href }, { id }) =>
      plain(href, {
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      }),
  );
}

const said = (value: string) => ({ role: 'user', content: { type: 'text', text: value } }) as const;

function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt.' }, () => ({
    messages: [said('This is a simple prompt for testing.')],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A prompt with arguments.',
      argsSchema: z.object({
        arg1: completable(z.string().describe('First'), (value) =>
          ['paris', 'park', 'party'].filter((each) => each.startsWith(value)),
        ),
        arg2: z.string().describe('Second'),
      }),
    },
    ({ arg1, arg2 }) => ({ messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A prompt with a resource.', argsSchema: z.object({ resourceUri: z.string().describe('Which') }) },
    ({ resourceUri: uri }) => {
      const resource = { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' };
      return {
        messages: [
          { role: 'user', content: { type: 'resource', resource } },
          said('Please process the embedded resource above.'),
        ],
      };
    },
  );
  server.registerPrompt('test_prompt_with_image', { description: 'A prompt with a picture.' }, () => ({
    messages: [{ role: 'user', content: image }, said('Please analyze the image above.')],
  }));
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that asks.' },
    ({ mcpReq }: ServerContext) => {
      const { context } =
        acceptedContent(mcpReq.inputResponses, 'user_context', z.object({ context: z.string() })) ?? {};
      if (context !== undefined) return { messages: [said(`Use this context: ${context}`)] };
      const requestedSchema = {
        type: 'object' as const,
        properties: { context: { type: 'string' as const } },
        required: ['context'],
      };
      const user_context = inputRequired.elicit({ message: 'What context should the prompt use?', requestedSchema });
      return inputRequired({ inputRequests: { user_context } });
    },
  );
}

/** The suite's resources, prompts and completions. */
export function extendWithFixtures(server: McpServer): void {
  // They never change.
  server.server.registerCapabilities({ resources: { listChanged: false }, prompts: { listChanged: false } });
  registerResources(server);
  registerPrompts(server);
}

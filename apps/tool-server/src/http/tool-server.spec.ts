import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryBlobs } from '@headroom/runtime';
import { defineTool, Toolbox } from '@headroom/tools';
import { Client, StreamableHTTPClientTransport, type CallToolResult } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { connectTools } from '../mcp/remote.tools.js';
import { toolsOf } from '../mcp/tool.source.js';
import { memoryLogger, startFixtureServer } from '../testing/tool.fixtures.js';
import type { ToolServer } from './tool-server.app.js';

const MODERN = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
};

let server: ToolServer | undefined;
const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server?.close();
  server = undefined;
});

type Negotiation = 'auto' | 'legacy' | { pin: string };

async function connect(url: string, mode: Negotiation = 'auto', token?: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode } });
  clients.push(client);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  return client;
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A request as it is on the wire; `fetch` does not let a caller choose `Host`. */
function send(
  url: string,
  { method = 'POST', headers = {}, body }: Sent,
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/mcp', url), {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function message(method: string, params: object = {}) {
  const headers: Record<string, string> = { 'mcp-protocol-version': MODERN, 'mcp-method': method };
  if ('name' in params) headers['mcp-name'] = String(params.name);
  return { headers, body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } } };
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}, meta: object = {}) {
  return (await client.callTool({ name, arguments: args, ...meta })) as CallToolResult;
}

describe('the tool-server', () => {
  it.each([['legacy' as const], [{ pin: MODERN }], ['auto' as const]])(
    'answers a client that speaks %j: structured content, repeated as text',
    async (mode) => {
      server = await startFixtureServer();
      const client = await connect(server.url, mode);
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual([
        'blobs_read_slice',
        'blobs_search',
        'samples_hang',
        'samples_list_rows',
        'samples_refuse',
      ]);
      for (const { annotations, inputSchema, outputSchema } of tools) {
        expect(annotations).toEqual({
          readOnlyHint: true,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        });
        expect(inputSchema['additionalProperties']).toBe(false);
        expect(outputSchema).toMatchObject({ type: 'object', properties: { result: { type: 'object' } } });
      }
      const answer = await call(client, 'samples_list_rows', { count: 3 });
      expect(answer.structuredContent).toMatchObject({
        result: { rows: ['row number 0', 'row number 1', 'row number 2'], total: 3 },
        truncated: false,
        meta: { source: 'rows in memory', trust: 'untrusted', evidence_id: expect.stringMatching(/^ev-/) },
      });
      const [part] = answer.content;
      expect(part?.type === 'text' && JSON.parse(part.text)).toEqual(answer.structuredContent);
    },
  );

  it('says how long a list may be kept', async () => {
    server = await startFixtureServer();
    const { text } = await send(server.url, message('tools/list'));
    expect(JSON.parse(text).result).toMatchObject({ ttlMs: 60_000, cacheScope: 'private', resultType: 'complete' });
  });

  it('answers bad arguments, a refusal and a hanging tool with one sentence and no structured content', async () => {
    server = await startFixtureServer();
    const client = await connect(server.url);
    const failures = [
      await call(client, 'samples_list_rows', { cuont: 3 }),
      await call(client, 'samples_refuse'),
      await call(client, 'samples_hang'),
    ];
    expect(
      failures.map(({ isError, structuredContent, content }) => ({ isError, structuredContent, content })),
    ).toEqual(
      [
        'samples_list_rows: there is no argument "cuont", did you mean "count"?',
        'There is no service "wob"; try "web"',
        'samples_hang took longer than 0.3 s; ask for less, or try again later',
      ].map((text) => ({ isError: true, structuredContent: undefined, content: [{ type: 'text', text }] })),
    );
  });

  it('answers an unknown tool with the error of the protocol, and names like it', async () => {
    server = await startFixtureServer();
    const { status, text } = await send(server.url, message('tools/call', { name: 'samples_list_row', arguments: {} }));
    expect({ status, error: JSON.parse(text).error }).toEqual({
      status: 200,
      error: { code: -32_602, message: 'There is no tool "samples_list_row", did you mean "samples_list_rows"?' },
    });
  });

  it('gives a handle for a result over the budget, which reads it whole', async () => {
    server = await startFixtureServer();
    const client = await connect(server.url);
    const first = await call(client, 'samples_list_rows', { count: 4000 });
    const { truncated, result, overflow } = first.structuredContent as {
      truncated: boolean;
      result?: unknown;
      overflow: { handle: string; bytes: number; counts: object };
    };
    expect({ truncated, result, counts: overflow.counts }).toEqual({
      truncated: true,
      result: undefined,
      counts: { rows: 4000 },
    });
    let [text, offset] = ['', 0 as number | undefined];
    while (offset !== undefined) {
      const slice = await call(client, 'blobs_read_slice', { handle: overflow.handle, offset, length: 3000 });
      const { result: read } = slice.structuredContent as { result: { text: string; next_offset?: number } };
      text += read.text;
      offset = read.next_offset;
    }
    expect((JSON.parse(text) as { rows: string[] }).rows[3999]).toBe('row number 3999');
    const found = await call(client, 'blobs_search', { handle: overflow.handle, text: 'number 3999' });
    expect(found.structuredContent).toMatchObject({ result: { total: 1, matches: [{ text: '  "row number 3999"' }] } });
  });

  it('has one page of tools, and says so of a cursor that it never gave', async () => {
    server = await startFixtureServer();
    const codeWith = async (cursor: string) => {
      const { text } = await send(server!.url, message('tools/list', { cursor }));
      return (JSON.parse(text) as { error?: { code: number } }).error?.code;
    };
    expect([await codeWith(''), await codeWith('bTIw')]).toEqual([undefined, -32_602]);
  });

  it('tells a tool when its caller has left', async () => {
    const called = Promise.withResolvers<void>();
    const left = Promise.withResolvers<unknown>();
    const waiting = defineTool({
      name: 'samples_wait',
      title: 'Waits',
      description: 'Waits.',
      input: z.object({}),
      output: z.object({}),
      run: (_input, { signal }) => {
        signal.addEventListener('abort', () => left.resolve(signal.reason));
        called.resolve();
        return new Promise<never>(() => undefined);
      },
    });
    const box = new Toolbox([waiting], { blobs: new MemoryBlobs(), now: Date.now });
    server = await startFixtureServer({ tools: toolsOf(box) });
    const client = await connect(server.url);
    const caller = new AbortController();
    const answer = client.callTool({ name: 'samples_wait', arguments: {} }, { signal: caller.signal });
    await called.promise;
    caller.abort();
    await expect(answer).rejects.toThrow();
    expect(await left.promise).toMatchObject({ code: 'HEADROOM_TOOL_CANCELLED' });
  });

  it('writes the trace of the caller into the log of the call', async () => {
    const { logger, lines } = memoryLogger();
    server = await startFixtureServer({ logger });
    const client = await connect(server.url, { pin: MODERN });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call(client, 'samples_list_rows', {}, { _meta: { traceparent } });
    await call(client, 'samples_list_rows', {}, { _meta: { traceparent: 'nonsense' } });
    const calls = lines.filter(({ msg }) => msg === 'tool called');
    expect(calls.map((line) => line['traceId'])).toEqual(['0af7651916cd43dd8448eb211c80319c', undefined]);
  });

  it('refuses a header that says something else than the body', async () => {
    server = await startFixtureServer();
    const { headers, body } = message('tools/call', { name: 'samples_list_rows', arguments: {} });
    const wrongs: Record<string, string>[] = [{ 'mcp-name': 'samples_refuse' }, { 'mcp-method': 'tools/list' }];
    for (const wrong of wrongs) {
      const { status, text } = await send(server.url, { headers: { ...headers, ...wrong }, body });
      expect({ status, code: JSON.parse(text).error.code }).toEqual({ status: 400, code: -32_020 });
    }
  });

  it('tells who leaves the path of the protocol out where it is', async () => {
    server = await startFixtureServer();
    const response = await fetch(new URL('/', server.url), { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'HEADROOM_ROUTE_NOT_FOUND',
      detail: expect.stringContaining('The tools are at /mcp'),
    });
  });

  it('tells another process in a sentence what is not its address, and what is too large for it', async () => {
    server = await startFixtureServer();
    await expect(connectTools({ url: `${server.url}/elsewhere` }, '0')).rejects.toMatchObject({
      code: 'HEADROOM_HOST_ANSWER_INVALID',
      message: expect.stringContaining('is no tool-server (404)'),
    });
    const remote = await connectTools({ url: server.url }, '0');
    expect(await remote.call('samples_list_rows', { text: 'x'.repeat(2_000_000) })).toEqual({
      ok: false,
      code: 'HEADROOM_TOOL_ARGUMENTS_INVALID',
      message: 'The arguments of samples_list_rows are too large for the tool-server; it takes at most 1 MiB.',
      retryable: false,
    });
    await remote.close();
  });

  it('has no streams to open and no sessions to end', async () => {
    server = await startFixtureServer();
    for (const method of ['GET', 'DELETE']) expect((await send(server.url, { method })).status).toBe(405);
  });

  it('refuses a page from elsewhere and a name that was made to point here', async () => {
    server = await startFixtureServer();
    const sent = message('tools/list');
    const statusWith = async (headers: Record<string, string>) =>
      (await send(server!.url, { ...sent, headers: { ...sent.headers, ...headers } })).status;
    expect(await statusWith({})).toBe(200);
    expect(await statusWith({ origin: 'http://localhost:5173' })).toBe(200);
    expect(await statusWith({ origin: 'https://pages.example' })).toBe(403);
    expect(await statusWith({ origin: 'null' })).toBe(403);
    expect(await statusWith({ host: 'rebound.example' })).toBe(403);
  });

  it('lets in the pages and names that it was told of', async () => {
    server = await startFixtureServer({ hosts: ['tools.example'], origins: ['pages.example'] });
    const sent = message('tools/list');
    const headers = { ...sent.headers, host: 'tools.example', origin: 'https://pages.example' };
    expect((await send(server.url, { ...sent, headers })).status).toBe(200);
  });

  it('asks for the token where it has one', async () => {
    server = await startFixtureServer({ token: 'a-token-nobody-knows' });
    const sent = message('tools/list');
    for (const authorization of ['', 'Bearer another-token-here', 'Basic a-token-nobody-knows']) {
      const answer = await send(server.url, { ...sent, headers: { ...sent.headers, authorization } });
      expect({ status: answer.status, asks: answer.headers['www-authenticate'] }).toEqual({
        status: 401,
        asks: 'Bearer',
      });
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'HEADROOM_UNAUTHORIZED' });
    }
    const client = await connect(server.url, 'auto', 'a-token-nobody-knows');
    expect((await client.listTools()).tools).toHaveLength(5);
    expect((await fetch(new URL('/health/ready', server.url))).status).toBe(200);
  });

  it('does not listen where others reach it without a token', async () => {
    await expect(startFixtureServer({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'HEADROOM_TOOL_SERVER_TOKEN_REQUIRED',
    });
    await expect(startFixtureServer({ host: '0.0.0.0', token: '' })).rejects.toMatchObject({
      code: 'HEADROOM_TOOL_SERVER_TOKEN_REQUIRED',
    });
  });

  it('reads no body that is larger than any call', async () => {
    server = await startFixtureServer();
    const sent = message('tools/call', { name: 'samples_list_rows', arguments: { service: 'x'.repeat(1_100_000) } });
    expect((await send(server.url, sent)).status).toBe(413);
  });

  it('answers what is no message with an error, and goes on', async () => {
    server = await startFixtureServer();
    for (const body of ['{', '[]', 'null', '{"jsonrpc":"2.0"}']) {
      const { status, text } = await send(server.url, { body });
      expect(status).toBe(400);
      expect(text).not.toMatch(/ at .*\.(?:js|ts):\d+/);
    }
    expect((await send(server.url, message('tools/list'))).status).toBe(200);
  });
});

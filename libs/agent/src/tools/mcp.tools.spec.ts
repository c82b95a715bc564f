import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryBlobs } from '@headroom/runtime';
import { Toolbox, defineTool, toolListing, ToolError } from '@headroom/tools';
import { createMcpHandler, McpServer, type CallToolResult, type Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { runAgent } from '../run.agent.js';
import { AgentWorld, concludes, inTurn, reads } from '../testing/agent.fixtures.js';
import { mcpTools, type McpTools } from './mcp.tools.js';
import { offeredTools } from './offered.tools.js';

const box = new Toolbox(
  [
    defineTool({
      name: 'code_read_file',
      title: 'File',
      description: 'Reads a file.',
      input: z.object({ path: z.string().describe('path'), part: z.int().default(1).describe('part') }),
      output: z.object({ text: z.string() }),
      run: async ({ path }) => {
        if (path === 'missing') throw new ToolError('There is no file "missing"; try src/words.ts');
        return { data: { text: `text of ${path}` }, source: 'git example@1f0c7e5', trust: 'untrusted' };
      },
    }),
    defineTool({
      name: 'other_tool',
      title: 'Other',
      description: 'Not named by the skill.',
      input: z.object({}),
      output: z.object({}),
      run: async () => ({ data: {}, source: 'x', trust: 'trusted' }),
    }),
  ],
  { blobs: new MemoryBlobs(), now: Date.now },
);

/** Answers as the tool-server does. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'tools', version: '0' }, { capabilities: { tools: {} } });
  server.server.setRequestHandler('tools/list', async () => ({
    tools: box.list().map(toolListing) as unknown as Tool[],
  }));
  server.server.setRequestHandler('tools/call', async ({ params }): Promise<CallToolResult> => {
    const answer = await box.call(params.name, params.arguments ?? {});
    if (!answer.ok) return { isError: true, content: [{ type: 'text', text: answer.message }] };
    return {
      content: [{ type: 'text', text: JSON.stringify(answer.envelope) }],
      structuredContent: { ...answer.envelope },
    };
  });
  return server;
});

async function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = new Headers(request.headers as Record<string, string>);
      const body = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {};
      const answer = await handler.fetch(
        new Request(`http://${request.headers.host}${request.url}`, { method: request.method!, headers, ...body }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

let server: Server | undefined;
let tools: McpTools | undefined;
const signal = new AbortController().signal;

afterEach(async () => {
  await tools?.close();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function address(kind: string): Promise<Parameters<typeof mcpTools>[0]> {
  if (kind === 'in process')
    return { url: 'http://tools.example', fetch: (request) => handler.fetch(request), version: '0' };
  server = await listen();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't', version: '0' };
}

describe.each([['in process'], ['over HTTP']])('mcpTools %s', (kind) => {
  it('lists and calls tools, with what cites an answer', async () => {
    tools = mcpTools(await address(kind));
    expect((await tools.list(signal)).map(({ name }) => name)).toEqual(['code_read_file', 'other_tool']);
    const found = await tools.call('code_read_file', { path: 'src/a.ts' }, signal);
    expect(found).toMatchObject({ ok: true, source: 'git example@1f0c7e5', evidence: expect.stringMatching(/^ev-/) });
    expect(found.text).toContain('text of src/a.ts');
  });

  it('tells failures of a tool as answers', async () => {
    tools = mcpTools(await address(kind));
    expect(await tools.call('code_read_file', { path: 'missing' }, signal)).toEqual({
      ok: false,
      text: 'There is no file "missing"; try src/words.ts',
    });
    expect(await tools.call('code_read_file', { path: 1 }, signal)).toMatchObject({
      ok: false,
      text: expect.stringContaining('path'),
    });
  });

  it('serves a run', async () => {
    tools = mcpTools(await address(kind));
    const world = await AgentWorld.start(
      inTurn([reads, () => reads('missing'), () => concludes({ outcome: 'accept', facts: [] })]),
    );
    try {
      const { outcome } = await runAgent(world.input({ tools }));
      expect(outcome).toMatchObject({ outcome: 'accept', evidence: [expect.stringMatching(/^ev-/)] });
      const { tools: sent } = world.server.requests[0]!.body as { tools: { name: string }[] };
      expect(sent.map(({ name }) => name)).not.toContain('other_tool');
    } finally {
      await world.close();
    }
  });
});

describe('mcpTools', () => {
  it('says that no server answers, and finds it once it does', async () => {
    const at = await address('over HTTP');
    const { port } = server!.address() as AddressInfo;
    await new Promise((resolve) => server!.close(resolve));
    tools = mcpTools(at);
    await expect(tools.list(signal)).rejects.toMatchObject({ code: 'HEADROOM_AGENT_TOOLS_AWAY', retryable: true });
    server = await listen();
    await new Promise((resolve) => server!.close(resolve));
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    expect(await tools.list(signal)).toHaveLength(2);
  });

  it('takes no tool of a server for one of the loop', async () => {
    const listed = [{ name: 'conclude', description: 'Mine.', inputSchema: { type: 'object' } }];
    const client = { list: async () => listed, call: async () => ({ ok: true, text: '' }) };
    const offered = await offeredTools(client, [], false, signal);
    expect(offered.find(({ name }) => name === 'conclude')!.description).toMatch(/^Ends the case/);
    await expect(offeredTools(client, ['conclude'], false, signal)).rejects.toMatchObject({
      code: 'HEADROOM_AGENT_TOOL_MISSING',
    });
  });
});

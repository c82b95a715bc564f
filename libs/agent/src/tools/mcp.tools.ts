import { HeadroomError, messageOf } from '@headroom/contracts';
import {
  Client,
  ProtocolError,
  StreamableHTTPClientTransport,
  type CallToolResult,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { ListedTool, ToolAnswerText, ToolClient } from '../ports.js';

/** How long the server may take to greet and to list, milliseconds. */
const GREETING_MS = 10_000;

/** A tool-server: another process, or a handler in this one. */
export interface McpAddress {
  /** With or without the path of the protocol. Of a handler in this process, any. */
  url: string;
  token?: string | undefined;
  /** Answers requests in place of the network. */
  fetch?: (request: Request) => Promise<Response>;
  /** Of this installation. */
  version: string;
}

/** Tools of a server that speaks the Model Context Protocol. */
export interface McpTools extends ToolClient {
  close(): Promise<void>;
}

const metaSchema = z.object({ meta: z.object({ evidence_id: z.string(), source: z.string() }) });

function mcpUrl(url: string): URL {
  const parsed = new URL(url);
  if (parsed.pathname === '/') parsed.pathname = '/mcp';
  return parsed;
}

function away(error: unknown, url: string): HeadroomError {
  const message = `The tool-server at ${url} does not answer (${messageOf(error)}). Check the address and that it runs; the case is tried again.`;
  return new HeadroomError(message, { code: 'HEADROOM_AGENT_TOOLS_AWAY', retryable: true, cause: error });
}

/** Connects at the first call, and again after the server was away. */
export function mcpTools(address: McpAddress): McpTools {
  let connecting: Promise<Client> | undefined;

  async function connect(): Promise<Client> {
    const { url, token, fetch: inProcess, version } = address;
    const client = new Client({ name: 'headroom-agent', version }, { versionNegotiation: { mode: 'auto' } });
    const transport = new StreamableHTTPClientTransport(mcpUrl(url), {
      requestInit: { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
      ...(inProcess && { fetch: (target: string | URL, init?: RequestInit) => inProcess(new Request(target, init)) }),
    });
    try {
      await client.connect(transport, { timeout: GREETING_MS });
      return client;
    } catch (error) {
      await client.close().catch(() => undefined);
      throw error;
    }
  }

  async function connected<Result>(work: (client: Client) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    try {
      return await work(await (connecting ??= connect()));
    } catch (error) {
      signal.throwIfAborted();
      connecting = undefined;
      throw away(error, address.url);
    }
  }

  return {
    list: (signal) =>
      connected(async (client) => {
        const { tools } = await client.listTools(undefined, { signal, timeout: GREETING_MS });
        return tools.map(({ name, description = '', inputSchema }): ListedTool => ({
          name,
          description,
          inputSchema: inputSchema as Record<string, unknown>,
        }));
      }, signal),
    call: (name, args, signal) =>
      connected(async (client) => {
        try {
          // The loop ends a call that takes too long; the client's own limit would be the smaller one.
          const answer = await client.callTool({ name, arguments: args }, { signal, timeout: 3_600_000 });
          return answered(answer);
        } catch (error) {
          // The server understood, and says no.
          if (error instanceof ProtocolError) return { ok: false, text: error.message };
          throw error;
        }
      }, signal),
    close: async () => {
      await (await connecting?.catch(() => undefined))?.close();
    },
  };
}

function answered({ content, structuredContent, isError }: CallToolResult): ToolAnswerText {
  const text = content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
  if (isError) return { ok: false, text };
  const { data } = metaSchema.safeParse(structuredContent);
  return { ok: true, text, ...(data && { evidence: data.meta.evidence_id, source: data.meta.source }) };
}

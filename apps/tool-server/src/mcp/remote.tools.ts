import { HeadroomError } from '@headroom/contracts';
import type { ToolCall, ToolListing, ToolResult } from '@headroom/tools';
import {
  Client,
  ProtocolError,
  ProtocolErrorCode,
  StreamableHTTPClientTransport,
  TRACEPARENT_META_KEY,
} from '@modelcontextprotocol/client';
import { answerOf } from './call.result.js';
import { failureReason, statusOf } from './failure.reason.js';
import type { ToolSource } from './tool.source.js';

/** How long the server may take to greet, milliseconds. */
const GREETING_MS = 10_000;
/** How the protocol says that there is no such tool. */
const UNKNOWN_TOOL: number = ProtocolErrorCode.InvalidParams;
/** Longer than any tool may take there. */
const CALL_MS = 120_000;

/** A tool-server and its token. */
export interface ToolServerAddress {
  /** With or without the path of the protocol. */
  url: string;
  token?: string | undefined;
}

/** Tools of another process. */
export interface RemoteTools extends ToolSource {
  close(): Promise<void>;
}

/** The address of the protocol: a bare address of a server gets its path. */
export function mcpUrl(url: string): URL {
  const parsed = new URL(url);
  if (parsed.pathname === '/') parsed.pathname = '/mcp';
  return parsed;
}

function failed(error: unknown, url: string): HeadroomError {
  if (statusOf(error) === 401) {
    const message = `The tool-server at ${url} does not take this token. Give it with --token or HEADROOM_TOKEN; a host writes its own to host.json in its data directory.`;
    return new HeadroomError(message, { code: 'HEADROOM_UNAUTHORIZED' });
  }
  if (statusOf(error) === 404) {
    const message = `${url} answers, but is no tool-server (404). The tools have an address of their own: "headroom up" says it, host.json has it.`;
    return new HeadroomError(message, { code: 'HEADROOM_HOST_ANSWER_INVALID', cause: error });
  }
  return new HeadroomError(
    `No tool-server answers at ${url} (${failureReason(error)}). Check the address, and that it runs.`,
    { code: 'HEADROOM_HOST_UNREACHABLE', retryable: true, cause: error },
  );
}

/**
 * Connects to a tool-server, in whichever era it speaks.
 * @throws HeadroomError `HEADROOM_UNAUTHORIZED`, `HEADROOM_HOST_ANSWER_INVALID`, `HEADROOM_HOST_UNREACHABLE`
 */
export async function connectTools({ url, token }: ToolServerAddress, version: string): Promise<RemoteTools> {
  const client = new Client({ name: 'headroom', version }, { versionNegotiation: { mode: 'auto' } });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const transport = new StreamableHTTPClientTransport(mcpUrl(url), { requestInit: { headers } });
    await client.connect(transport, { timeout: GREETING_MS });
  } catch (error) {
    await client.close().catch(() => undefined);
    throw failed(error, url);
  }
  return {
    list: async () => (await client.listTools()).tools as unknown as ToolListing[],
    call: (name, args, call) => callRemote(client, name, args, call),
    close: () => client.close(),
  };
}

async function callRemote(
  client: Client,
  name: string,
  args: unknown,
  { signal, traceparent }: Partial<ToolCall> = {},
): Promise<ToolResult> {
  const meta = traceparent === undefined ? {} : { _meta: { [TRACEPARENT_META_KEY]: traceparent } };
  try {
    const params = { name, arguments: (args ?? {}) as Record<string, unknown>, ...meta };
    return answerOf(await client.callTool(params, { signal, timeout: CALL_MS }));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === UNKNOWN_TOOL) {
      return { ok: false, code: 'HEADROOM_TOOL_UNKNOWN', message: error.message, retryable: false };
    }
    if (statusOf(error) === 413) {
      const message = `The arguments of ${name} are too large for the tool-server; it takes at most 1 MiB.`;
      return { ok: false, code: 'HEADROOM_TOOL_ARGUMENTS_INVALID', message, retryable: false };
    }
    return { ok: false, code: 'HEADROOM_TOOL_CALL_FAILED', message: failureReason(error), retryable: false };
  }
}

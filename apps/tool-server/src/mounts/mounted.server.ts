import { HeadroomError, messageOf } from '@headroom/contracts';
import type { MountSettings } from '@headroom/platform';
import { defineTool, ToolError, type AnyTool, type ToolCall } from '@headroom/tools';
import {
  Client,
  ProtocolError,
  StreamableHTTPClientTransport,
  TRACEPARENT_META_KEY,
  type CallToolResult,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { textOf } from '../mcp/call.result.js';
import { failureReason } from '../mcp/failure.reason.js';
import { boundedFetch } from './outside.fetch.js';

/** How long a server may take to greet and to list its tools, milliseconds. */
const GREETING_MS = 5000;
const DESCRIPTION_CHARACTERS = 400;
const FAILURE_CHARACTERS = 400;

/** What a mount needs beside its settings. */
export interface MountOptions {
  /** Where tokens are. */
  env: Readonly<Record<string, string | undefined>>;
  /** Of this installation. */
  version: string;
}

/** How a mount is. */
export interface MountState {
  name: string;
  /** Tools that can be called, by the names they have here. */
  tools: string[];
  /** Tools that were named in `allow` and cannot be called, with the reason. */
  refused: { tool: string; reason: string }[];
  /** Why it cannot be reached; undefined when it was. */
  problem?: string | undefined;
}

const outputSchema = z.object({
  text: z.string().optional(),
  structured: z.record(z.string(), z.unknown()).optional(),
});

function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 3)}...` : line;
}

/** A server of somebody else. It is connected when it is asked, and again after it was away. */
export class MountedServer {
  readonly name: string;
  readonly #settings: MountSettings;
  readonly #options: MountOptions;
  #client: Promise<Client> | undefined;

  constructor(name: string, settings: MountSettings, options: MountOptions) {
    this.name = name;
    this.#settings = settings;
    this.#options = options;
  }

  /** Its tools as ours, and what was refused. Never throws: one that is away has a problem and no tools. */
  async look(): Promise<{ tools: AnyTool[]; state: MountState }> {
    const tools: AnyTool[] = [];
    const refused: MountState['refused'] = [];
    try {
      const client = await this.#connected();
      const offered = (await client.listTools(undefined, { timeout: GREETING_MS })).tools;
      for (const name of this.#settings.allow) {
        const found = offered.find((each) => each.name === name);
        const made = found ? this.#adopt(found) : 'it offers no tool of that name';
        if (typeof made === 'string') refused.push({ tool: name, reason: made });
        else tools.push(made);
      }
      return { tools, state: { name: this.name, tools: tools.map((tool) => tool.name), refused } };
    } catch (error) {
      await this.#letGo();
      return { tools: [], state: { name: this.name, tools: [], refused: [], problem: this.#problemOf(error) } };
    }
  }

  /** Lets its connection go. */
  close(): Promise<void> {
    return this.#letGo();
  }

  async #letGo(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.then((open) => open.close()).catch(() => undefined);
  }

  #problemOf(error: unknown): string {
    return oneLine(failureReason(error), FAILURE_CHARACTERS);
  }

  #token(): string | undefined {
    const { tokenEnv } = this.#settings;
    if (tokenEnv === undefined) return undefined;
    const token = this.#options.env[tokenEnv];
    if (token) return token;
    throw new HeadroomError(`The environment variable ${tokenEnv} is empty`, { code: 'HEADROOM_MOUNT_TOKEN_MISSING' });
  }

  #transport(): Transport {
    const settings = this.#settings;
    const token = this.#token();
    if ('url' in settings) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return new StreamableHTTPClientTransport(new URL(settings.url), {
        requestInit: { headers },
        fetch: boundedFetch,
      });
    }
    const { command, tokenEnv } = settings;
    const [program = '', ...args] = command;
    const secret = token === undefined || tokenEnv === undefined ? {} : { [tokenEnv]: token };
    return new StdioClientTransport({
      command: program,
      args,
      env: { ...getDefaultEnvironment(), ...secret },
      stderr: 'ignore',
    });
  }

  #connected(): Promise<Client> {
    return (this.#client ??= this.#connect());
  }

  async #connect(): Promise<Client> {
    const client = new Client(
      { name: 'headroom-tools', version: this.#options.version },
      { versionNegotiation: { mode: 'auto' } },
    );
    // The SDK's clients have no listeners, only this.
    // oxlint-disable-next-line unicorn/prefer-add-event-listener
    client.onclose = () => (this.#client = undefined);
    const late = new HeadroomError(`no greeting within ${GREETING_MS / 1000} s`, { code: 'HEADROOM_MOUNT_SILENT' });
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(late), GREETING_MS);
    try {
      await Promise.race([client.connect(this.#transport(), { timeout: GREETING_MS }), promise]);
      return client;
    } catch (error) {
      this.#client = undefined;
      await client.close().catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The tool as one of ours, or why it is refused. */
  #adopt(tool: Tool): AnyTool | string {
    if (tool.annotations?.readOnlyHint !== true) return 'it does not say that it only reads (readOnlyHint)';
    const name = `${this.name}_${tool.name}`;
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) return 'its name cannot be that of a tool here';
    let input: z.ZodType;
    try {
      input = z.fromJSONSchema(tool.inputSchema as Parameters<typeof z.fromJSONSchema>[0]);
    } catch (error) {
      return `its input schema cannot be used (${oneLine(messageOf(error), 120)})`;
    }
    if (!(input instanceof z.ZodObject)) return 'its input schema is no plain object';
    return defineTool({
      name,
      title: oneLine(tool.title ?? tool.name, 80),
      description: `Of the outside server "${this.name}", which says (untrusted): ${oneLine(tool.description ?? '', DESCRIPTION_CHARACTERS)}`,
      input,
      output: outputSchema,
      openWorld: true,
      run: (args, call) => this.#run(tool.name, args, call),
    });
  }

  async #run(tool: string, args: Record<string, unknown>, call: ToolCall) {
    const result = await this.#ask(tool, args, call);
    if (result.isError) {
      throw new ToolError(`The outside server "${this.name}" refused: ${oneLine(textOf(result), FAILURE_CHARACTERS)}`);
    }
    const structured = result.structuredContent as Record<string, unknown> | undefined;
    return {
      data: structured === undefined ? { text: textOf(result) } : { structured },
      source: `mcp ${this.name} ${tool}`,
      trust: 'untrusted' as const,
    };
  }

  async #ask(tool: string, args: Record<string, unknown>, call: ToolCall): Promise<CallToolResult> {
    const { signal, traceparent } = call;
    const timeout = this.#settings.timeoutMs;
    const meta = traceparent === undefined ? {} : { _meta: { [TRACEPARENT_META_KEY]: traceparent } };
    try {
      const client = await this.#connected();
      return await client.callTool({ name: tool, arguments: args, ...meta }, { signal, timeout });
    } catch (error) {
      if (error instanceof ProtocolError) {
        const message = `The outside server "${this.name}" refused: ${oneLine(error.message, FAILURE_CHARACTERS)}`;
        throw new ToolError(message, { cause: error });
      }
      await this.#letGo();
      const message = `The outside server "${this.name}" does not answer (${this.#problemOf(error)}); go on without it, or try again later`;
      throw new ToolError(message, { retryable: true, cause: error });
    }
  }
}

import { Anthropic } from '@anthropic-ai/sdk';
import type { ModelContent, ModelRequest, StopReason, TokenUsage } from '../ports.js';

/** Where the model is and how it is reached. */
export interface ModelEndpoint {
  /** Without `/v1`. */
  baseURL: string;
  apiKey: string;
  /** A stream on which nothing arrives for so long is given up, milliseconds. @default 120,000 */
  silenceMs?: number;
}

/** A whole answer. */
export interface ModelMessage {
  content: ModelContent[];
  stop: StopReason | null;
  /** Undefined where the endpoint did not count. */
  usage: TokenUsage | undefined;
  /** Ids of calls whose arguments were no JSON object, or one that is nested too deep: `content` holds none for them. */
  malformed: string[];
  requestId?: string;
}

/** What was told of a call that then broke off. */
export interface PartialUsage {
  usage?: TokenUsage;
}

const HEADERS = /^(accept|anthropic-(version|beta)|content-type|user-agent|x-stainless-.*)$/;
const SILENCE_MS = 120_000;
/** Levels of arguments; no tool takes so many. */
const DEEPEST = 64;

/** The Messages API through the SDK, which neither tries again nor looks at its environment. */
export class MessagesClient {
  readonly #client: Anthropic;
  readonly #silenceMs: number;
  readonly #endpoint: ModelEndpoint;

  constructor(endpoint: ModelEndpoint) {
    this.#endpoint = endpoint;
    this.#silenceMs = endpoint.silenceMs ?? SILENCE_MS;
    this.#client = new Anthropic({
      apiKey: endpoint.apiKey,
      baseURL: endpoint.baseURL,
      webhookKey: null,
      maxRetries: 0,
      // Its messages would go to the console.
      logLevel: 'off',
      // A variable could have it put code into traces.
      openTelemetry: { propagation: false, traces: { contentMode: 'metadata_only' } },
      fetch: (url, init) => this.#fetch(url, init),
    });
  }

  /**
   * Asks once. @param seen is given what the API says of the tokens as soon as it says it
   * @throws what the SDK throws
   */
  async send(request: ModelRequest, signal: AbortSignal, seen: PartialUsage): Promise<ModelMessage> {
    const stream = this.#client.messages.stream(request, { signal });
    const sent = new Map<number, string>();
    stream.on('streamEvent', (event, { content }) => {
      if (event.type === 'message_start') seen.usage = usageOf(event.message.usage);
      if (event.type !== 'content_block_delta' || event.delta.type !== 'input_json_delta') return;
      const block = content[event.index];
      if (block?.type !== 'tool_use') return;
      sent.set(event.index, (sent.get(event.index) ?? '') + event.delta.partial_json);
      // The SDK would read the arguments when they are whole, and end the stream with an error where they are no JSON.
      Object.defineProperty(block, 'input', { value: {}, enumerable: true, configurable: true, writable: true });
    });
    const message = await stream.finalMessage();
    const malformed: string[] = [];
    const content = message.content.map((block, index) => {
      const json = sent.get(index);
      if (block.type !== 'tool_use' || !json) return plain(block);
      const input = argumentsOf(json);
      if (!input) malformed.push(block.id);
      return plain({ ...block, input: input ?? {} });
    });
    return {
      content,
      stop: message.stop_reason,
      usage: usageOf(message.usage),
      malformed,
      ...(stream.request_id && { requestId: stream.request_id }),
    };
  }

  /** The SDK adds headers from its environment; only those that belong to the API go out, and the key is the one that was given. */
  async #fetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers();
    new Headers(init.headers).forEach((value, name) => {
      if (HEADERS.test(name)) headers.set(name, value);
    });
    headers.set('authorization', `Bearer ${this.#endpoint.apiKey}`);
    const silence = new AbortController();
    const late = () => silence.abort(new DOMException('nothing arrived for too long', 'TimeoutError'));
    // What is not read to its end leaves it running.
    const timer = setTimeout(late, this.#silenceMs).unref();
    const signal = init.signal ? AbortSignal.any([init.signal, silence.signal]) : silence.signal;
    try {
      // A redirect would carry key and code to another place; it is told as the status that it is.
      const response = await fetch(url, { ...init, headers, signal, redirect: 'manual' });
      if (!response.body) return response;
      const watched = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          timer.refresh();
          controller.enqueue(chunk);
        },
        flush: () => clearTimeout(timer),
      });
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      return new Response(response.body.pipeThrough(watched), response);
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
  }
}

/** The arguments of a call; undefined for what is none. */
function argumentsOf(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && isWithin(value, DEEPEST) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What reads arguments does so level by level: one who nests without end must not end the process. */
function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isWithin(each, levels - 1));
}

/** As JSON holds it. */
function plain(block: ModelContent): ModelContent {
  return JSON.parse(JSON.stringify(block)) as ModelContent;
}

/** What an endpoint counted; one that leaves something out or counts below nothing is not believed. */
function usageOf(
  usage: Partial<
    Record<'input_tokens' | 'output_tokens' | 'cache_creation_input_tokens' | 'cache_read_input_tokens', number | null>
  > | null,
): TokenUsage | undefined {
  const counted = {
    input: usage?.input_tokens,
    output: usage?.output_tokens,
    cacheWrite: usage?.cache_creation_input_tokens ?? 0,
    cacheRead: usage?.cache_read_input_tokens ?? 0,
  };
  const isCount = (each: unknown): boolean => Number.isSafeInteger(each) && (each as number) >= 0;
  return Object.values(counted).every(isCount) ? (counted as TokenUsage) : undefined;
}

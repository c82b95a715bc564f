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
  usage: TokenUsage;
  /** Ids of calls whose arguments were no JSON: what stands in `content` for them is a guess. */
  malformed: string[];
  requestId?: string;
}

/** What was told of a call that then broke off. */
export interface PartialUsage {
  usage?: TokenUsage;
}

const HEADERS = /^(accept|anthropic-(version|beta)|content-type|user-agent|x-stainless-.*)$/;
const SILENCE_MS = 120_000;

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
      fetch: (url, init) => this.#fetch(url, init),
    });
  }

  /**
   * Asks once. @param seen is given what the API says of the tokens as soon as it says it
   * @throws what the SDK throws
   */
  async send(request: ModelRequest, signal: AbortSignal, seen: PartialUsage): Promise<ModelMessage> {
    const stream = this.#client.messages.stream(request, { signal });
    const arguments_ = new Map<number, { id: string; json: string }>();
    stream.on('streamEvent', (event) => {
      if (event.type === 'message_start') seen.usage = usageOf(event.message.usage);
      if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
        arguments_.set(event.index, { id: event.content_block.id, json: '' });
      }
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
        const call = arguments_.get(event.index);
        if (call) call.json += event.delta.partial_json;
      }
    });
    const message = await stream.finalMessage();
    const malformed = [...arguments_.values()].filter(({ json }) => !isObject(json)).map(({ id }) => id);
    return {
      content: message.content.map((block) => plainBlock(block, malformed)),
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
      const response = await fetch(url, { ...init, headers, signal, redirect: 'error' });
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

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json === '' ? '{}' : json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** As JSON holds it, with nothing in place of arguments that are none: the API takes objects only. */
function plainBlock(block: ModelContent, malformed: readonly string[]): ModelContent {
  if (block.type === 'tool_use' && malformed.includes(block.id)) {
    const { type, id, name } = block;
    return { type, id, name, input: {} } as ModelContent;
  }
  return JSON.parse(JSON.stringify(block)) as ModelContent;
}

function usageOf(usage: {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number | null;
  cache_read_input_tokens: number | null;
}): TokenUsage {
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheWrite: usage.cache_creation_input_tokens ?? 0,
    cacheRead: usage.cache_read_input_tokens ?? 0,
  };
}

import { messageOf } from '@headroom/contracts';
import { ToolError } from '../tool.js';

/** A server of somebody else that answers JSON over HTTP. */
export interface JsonServerOptions {
  /** What it is called in messages: `Prometheus`. */
  name: string;
  /** Address, with the path that its API lies under. */
  url: string;
  /** Key of the configuration that names the address: `tools.prometheus.url`. */
  setting: string;
  /** Sent as a bearer token. */
  token?: string | undefined;
  /** Sent with every request, such as the tenant that is meant. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Longest wait for a whole answer, milliseconds. @default 10000 */
  timeoutMs?: number | undefined;
  /** Most bytes of an answer. @default 16777216 (16 MiB) */
  maxBytes?: number | undefined;
}

/** An answer as it came. */
export interface JsonAnswer {
  status: number;
  body: unknown;
}

/** An answer of any type. */
export interface BytesAnswer {
  status: number;
  /** `application/json`, without parameters; empty where none came. */
  mediaType: string;
  bytes: Buffer;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Asks a server, within a time, for a body of bounded size. Redirects are not followed: a token would go where nobody named.
 * Every failure is a {@link ToolError} that says what to try and holds neither token nor query.
 */
export class JsonServer {
  readonly name: string;
  /** Address without user, password and query. */
  readonly address: string;
  readonly #options: JsonServerOptions;

  constructor(options: JsonServerOptions) {
    this.#options = options;
    this.name = options.name;
    const { origin, pathname } = new URL(options.url);
    this.address = `${origin}${pathname}`.replace(/\/+$/, '');
  }

  /**
   * The JSON that a path answers, whatever its status, apart from those that every server means alike: 401, 403, 429.
   * @throws ToolError
   */
  async get(path: string, parameters: URLSearchParams, signal: AbortSignal): Promise<JsonAnswer> {
    const query = parameters.size > 0 ? `?${parameters.toString()}` : '';
    return this.#parsed(await this.#ask(`${path}${query}`, {}, signal));
  }

  /** The JSON that a path answers to JSON, like {@link get}. @throws ToolError */
  async post(path: string, body: unknown, signal: AbortSignal): Promise<JsonAnswer> {
    const headers = { 'content-type': 'application/json' };
    return this.#parsed(await this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, signal));
  }

  /** What a path answers to bytes of a media type, which is asked for as well. @throws ToolError */
  async postBytes(path: string, mediaType: string, body: Uint8Array, signal: AbortSignal): Promise<BytesAnswer> {
    const headers = { 'content-type': mediaType, accept: mediaType };
    return this.#ask(path, { method: 'POST', headers, body: new Uint8Array(body) }, signal);
  }

  async #ask(path: string, init: RequestInit, signal: AbortSignal): Promise<BytesAnswer> {
    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const limit = AbortSignal.timeout(timeoutMs);
    let hasBegun = false;
    try {
      const response = await fetch(`${this.address}${path}`, {
        ...init,
        headers: {
          accept: 'application/json',
          ...(this.#options.token === undefined ? {} : { authorization: `Bearer ${this.#options.token}` }),
          ...this.#options.headers,
          ...(init.headers as Record<string, string> | undefined),
        },
        redirect: 'manual',
        signal: AbortSignal.any([signal, limit]),
      });
      hasBegun = true;
      const refusal = this.#refusalOf(response);
      if (refusal) {
        await response.body?.cancel();
        throw refusal;
      }
      const mediaType = response.headers.get('content-type')?.split(';')[0]?.slice(0, 60) ?? '';
      return { status: response.status, mediaType, bytes: await this.#bytes(response) };
    } catch (error) {
      if (error instanceof ToolError) throw error;
      signal.throwIfAborted();
      if (limit.aborted) throw this.#late(timeoutMs, error);
      const reason = messageOf((error as Error).cause ?? error);
      const what = hasBegun ? 'broke its answer off' : 'cannot be reached';
      throw new ToolError(
        `${this.name} at ${this.address} ${what} (${reason}); check ${this.#options.setting} with "headroom doctor", or go on without it.`,
        { retryable: true, cause: error },
      );
    }
  }

  /** An error of the server in its own words, shortened. */
  refusal(status: number, said: string | undefined, advice: string): ToolError {
    const words = said ? `: ${said.replaceAll(/\s+/g, ' ').trim().slice(0, 500)}` : '';
    return new ToolError(`${this.name} answered ${status}${words.replace(/[.;,]+$/, '')}; ${advice}`, {
      retryable: status >= 500,
    });
  }

  /** What every server means alike by its status. */
  #refusalOf({ status, headers }: Response): ToolError | undefined {
    const { setting, token } = this.#options;
    if (status >= 300 && status < 400) {
      const to = hostOf(headers.get('location'), this.address);
      return new ToolError(
        `${this.name} at ${this.address} redirects to ${to}, which is not followed; put the final address into ${setting}.`,
      );
    }
    if (status === 401 || status === 403) {
      const what = token === undefined ? 'asks for a token' : 'refuses the token';
      const key = setting.replace(/\.url$/, '.tokenEnv');
      return new ToolError(
        `${this.name} at ${this.address} ${what} (${status}); put one that may read into the variable that ${key} names.`,
      );
    }
    if (status !== 429) return undefined;
    const seconds = Number(headers.get('retry-after') ?? headers.get('ratelimit-reset'));
    const when = Number.isFinite(seconds) && seconds > 0 ? `in ${Math.ceil(seconds)} s` : 'in a minute';
    return new ToolError(`${this.name} takes no more requests for now (429); try again ${when}.`, { retryable: true });
  }

  async #bytes(response: Response): Promise<Buffer> {
    const maxBytes = this.#options.maxBytes ?? DEFAULT_MAX_BYTES;
    const chunks: Uint8Array[] = [];
    let size = 0;
    // Leaving the loop cancels the body and with it the connection.
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) {
        throw new ToolError(
          `${this.name} answered more than ${Math.floor(maxBytes / 1024)} KiB, of which nothing was used; ask for less: a shorter window, a coarser step or fewer series.`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #parsed({ status, mediaType, bytes }: BytesAnswer): JsonAnswer {
    try {
      return { status, body: JSON.parse(bytes.toString('utf8')) as unknown };
    } catch (error) {
      throw this.notExpected({ status, mediaType }, 'JSON', error);
    }
  }

  /** An answer of another type than the API gives. */
  notExpected(
    { status, mediaType }: Pick<BytesAnswer, 'status' | 'mediaType'>,
    what: string,
    cause?: unknown,
  ): ToolError {
    return new ToolError(
      `${this.name} at ${this.address} answered ${status} with something that is not ${what} (${mediaType || 'no content type'}); check that ${this.#options.setting} is the address of its API and not of a page or proxy.`,
      { retryable: status >= 500, cause },
    );
  }

  #late(timeoutMs: number, cause: unknown): ToolError {
    return new ToolError(
      `${this.name} at ${this.address} gave no whole answer within ${timeoutMs / 1000} s; ask for less (a shorter window, a coarser step), or try again later.`,
      { retryable: true, cause },
    );
  }
}

function hostOf(location: string | null, base: string): string {
  try {
    return new URL(location ?? '', base).origin;
  } catch {
    return 'another address';
  }
}

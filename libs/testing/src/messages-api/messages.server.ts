import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fails, type Answer, type ErrorAnswer, type MessageAnswer } from './answers.js';
import { contentOf, eventsOf, frameOf, outputTokens, withinTokens, type WireAnswer } from './message.events.js';
import { prefixOf, PromptCache, type PrefixPart } from './prompt.cache.js';
import { whatIsWrong } from './request.checks.js';
import { RequestLog, type AnswerRecord, type RequestRecord } from './request.log.js';
import { answered, seen, Unexpected, type Scenario } from './scenario.js';
import type { MessagesRequest, WireUsage } from './wire.js';

export interface MessagesServerOptions {
  scenario: Scenario;
  /** Key that clients must send. @default any */
  key?: string;
  /** File of JSON lines to which the log is appended. */
  logFile?: string;
  /** Whether the log holds the bodies of requests. @default false */
  logBodies?: boolean;
  /** Shortest prefix that the prompt cache keeps, tokens. @default 1024 */
  cacheMinimumTokens?: number;
  /** Epoch milliseconds, for the life of cache entries. @default the clock */
  now?: () => number;
}

/** What is known of a request while it is answered. */
interface Exchange {
  record: RequestRecord;
  body: MessagesRequest;
  parts: readonly PrefixPart[];
  response: ServerResponse;
  /** Aborted when the client leaves. */
  gone: AbortSignal;
}

/**
 * The Anthropic Messages API on loopback with a scripted model behind it: `POST /v1/messages`, streamed and plain, as its public
 * reference describes it. What the API would refuse is refused; what is read from the prompt cache is what earlier requests put there.
 */
export class MessagesServer {
  readonly log: RequestLog;
  /** May be changed between conversations. */
  scenario: Scenario;
  readonly #cache: PromptCache;
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #closing = new AbortController();

  constructor(private readonly options: MessagesServerOptions) {
    const now = options.now ?? Date.now;
    this.scenario = options.scenario;
    this.log = new RequestLog({ file: options.logFile, bodies: options.logBodies, now });
    this.#cache = new PromptCache(options.cacheMinimumTokens ?? 1024, now);
  }

  /** @param port 0 = a free one */
  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** Base address for clients, without `/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get requests(): RequestRecord[] {
    return this.log.records.filter((record) => record.kind === 'request');
  }

  get answers(): AnswerRecord[] {
    return this.log.records.filter((record) => record.kind === 'answer');
  }

  close(): Promise<void> {
    this.#closing.abort();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The client left before it had said what it wanted.
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const refused = this.#refused(request) ?? unreadable(text);
    if (refused) return sendError(response, refused);
    const body = JSON.parse(text) as MessagesRequest;
    const wrong = whatIsWrong(body);
    if (wrong) return sendError(response, fails(400, wrong));
    const parts = prefixOf(body);
    const turn = body.messages.filter(({ role }) => role === 'assistant').length + 1;
    const clientRetries = Number(request.headers['x-stainless-retry-count'] ?? 0);
    const record = this.log.arrived({ text, body, parts, turn, clientRetries });
    const gone = AbortSignal.any([left.signal, this.#closing.signal]);
    await this.#answer({ record, body, parts, response, gone });
  }

  #refused({ method, url, headers }: IncomingMessage): ErrorAnswer | undefined {
    if (method !== 'POST' || url?.split('?', 1)[0] !== '/v1/messages')
      return fails(404, `${method} ${url} is not here.`);
    const key = headers['x-api-key']?.toString() ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (key === undefined || key !== (this.options.key ?? key)) return fails(401, 'invalid x-api-key');
    return headers['anthropic-version'] ? undefined : fails(400, 'anthropic-version: header is required');
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { record, body, response, gone } = exchange;
    const answer = await this.#scripted(body, record);
    try {
      await pause(answer.arrival?.delayMs, gone);
      if (answer.kind === 'message') return await this.#sendMessage(exchange, answer);
      sendError(response, answer);
      this.log.answered({ ordinal: record.ordinal, status: answer.status, error: answer.message, complete: true });
    } catch (error) {
      if (!gone.aborted) throw error;
      this.log.answered({ ordinal: record.ordinal, status: 0, error: 'the client left', complete: false });
    }
  }

  /** A scenario that breaks is told to the client as well: a test then fails with the reason, not with a time-out. */
  async #scripted(body: MessagesRequest, { sent, ordinal }: RequestRecord): Promise<Answer> {
    try {
      return await answered(this.scenario, seen(body, sent, ordinal));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return error instanceof Unexpected ? fails(400, `scenario: ${reason}`) : fails(500, `scenario broke: ${reason}`);
    }
  }

  async #sendMessage({ record, body, parts, response, gone }: Exchange, answer: MessageAnswer): Promise<void> {
    const { ordinal, conversation } = record;
    const { cutAfter, hangAfter, errorAfter, eventDelayMs } = answer.arrival ?? {};
    if (hangAfter === 0) return await hang(gone);
    const said = withinTokens(answer, body.max_tokens);
    const content = contentOf(said.parts, (index) => `toolu_${String(ordinal).padStart(6, '0')}${index}`);
    const counted = { ...this.#cache.use(parts), output_tokens: outputTokens(said.parts) };
    const usage = (answer.usage ?? counted) as WireUsage;
    const message: WireAnswer = {
      id: `msg_${String(ordinal).padStart(6, '0')}`,
      type: 'message',
      role: 'assistant',
      model: body.model,
      content,
      stop_reason: said.stop,
      stop_sequence: null,
      stop_details: null,
      container: null,
      usage,
    };
    this.log.said(conversation, content);
    const report = (complete: boolean, error?: string): void =>
      this.log.answered({ ordinal, status: 200, stop: said.stop, usage, complete, ...(error && { error }) });

    const id = { 'request-id': `req_${ordinal}` };
    if (!body.stream) {
      response.writeHead(200, { 'content-type': 'application/json', ...id });
      const text = JSON.stringify(message);
      if (cutAfter === undefined) response.end(text);
      else response.write(text.slice(0, cutAfter), () => response.destroy());
      return report(cutAfter === undefined, cutAfter === undefined ? undefined : 'cut off');
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...id });
    const stopAt = cutAfter ?? hangAfter ?? errorAfter?.events ?? Number.POSITIVE_INFINITY;
    for (const [index, each] of eventsOf(message, said.parts).entries()) {
      if (index >= stopAt) break;
      if (index > 0) await pause(eventDelayMs, gone);
      gone.throwIfAborted();
      await write(response, frameOf(each));
    }
    if (hangAfter !== undefined) return await hang(gone);
    if (cutAfter !== undefined) {
      response.destroy();
      return report(false, 'cut off');
    }
    if (errorAfter)
      await write(response, frameOf({ event: 'error', data: errorBody(errorAfter.type, errorAfter.message) }));
    response.end();
    return report(!errorAfter, errorAfter?.message);
  }
}

function unreadable(text: string): ErrorAnswer | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? undefined : fails(400, 'The request body is not an object.');
  } catch {
    return fails(400, 'The request body is not valid JSON.');
  }
}

function errorBody(type: string, message: string): Record<string, unknown> {
  return { type: 'error', error: { type, message } };
}

function sendError(response: ServerResponse, { status, type, message, headers }: ErrorAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(errorBody(type, message)));
}

/** Written out before anything else happens, so that what is cut off is cut off after it. */
function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

async function pause(ms: number | undefined, gone: AbortSignal): Promise<void> {
  if (ms) await sleep(ms, undefined, { signal: gone });
}

/** Waits until the client leaves. */
function hang(gone: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => reject(new Error('the client left'));
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
  });
}

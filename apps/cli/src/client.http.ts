import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError, messageOf, sha256, type BlobRef, type Change } from '@headroom/contracts';
import type {
  CaseCommandAnswer,
  CaseCommandRequest,
  CaseDetails,
  CasePage,
  DeadLetterDetails,
  DossierFormat,
  IntakeResult,
  OpportunityItem,
  OpportunityPage,
  Overview,
} from '@headroom/gateway';
import type { DeadLetter } from '@headroom/runtime';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';
import type { HeadroomClient, OpportunityFilter } from './client.js';

const problemSchema = z.object({ code: z.string().regex(/^HEADROOM_/), detail: z.string() });

/** Largest batch of events, bytes: half of what the gateway takes. */
const BATCH_BYTES = 4_000_000;
/** How long an answer may take as a whole, milliseconds: of a question, and of what is sent along. */
const READ_MS = 25_000;
const SEND_MS = 60_000;
/** Pause before a stream that broke off is taken up again. */
const RECONNECT_MS = 1000;
/** How often events are sent to a gateway that says that its log or its store is away. */
const PUBLISH_TRIES = 4;

const MEDIA_TYPE: Readonly<Record<DossierFormat, string>> = { markdown: 'text/markdown', json: 'application/json' };

/** A gateway and its token. */
export interface GatewayAddress {
  url: string;
  /** Absent for a gateway on this machine that has none. */
  token?: string | undefined;
}

/** What is sent besides method and path. */
interface Sending {
  body?: string | Uint8Array;
  contentType?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Events in batches that a gateway takes, with the position of the first one of each. */
function* batchesOf(events: readonly unknown[]): Generator<{ first: number; body: string }> {
  let texts: string[] = [];
  let [first, size] = [0, 0];
  for (const [index, event] of events.entries()) {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    if (texts.length > 0 && size + bytes > BATCH_BYTES) {
      yield { first, body: `[${texts.join(',')}]` };
      [texts, first, size] = [[], index, 0];
    }
    texts.push(text);
    size += bytes;
  }
  if (texts.length > 0) yield { first, body: `[${texts.join(',')}]` };
}

/** An id as one part of a path: an empty one, or one of dots, would name another route. */
function inPath(id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id);
  throw new HeadroomError(`"${id}" is no id; "headroom cases" and "headroom dlq list" tell them.`, {
    code: 'HEADROOM_USAGE',
  });
}

/** A text as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The code that the network gave, such as ECONNREFUSED: `fetch` itself only says that it failed. */
function networkReason(error: unknown): string {
  if ((error as { name?: unknown } | undefined)?.name === 'TimeoutError') return 'no whole answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : messageOf(error);
}

/** Talks to a gateway: of the host that owns the data directory, or of one elsewhere. */
export class HttpClient implements HeadroomClient {
  readonly via: string;
  readonly #gateway: GatewayAddress;
  readonly #readMs: number;

  /** @param readMs longest that the answer to a question may take. @default 25,000 */
  constructor(gateway: GatewayAddress, readMs = READ_MS) {
    this.#gateway = gateway;
    this.#readMs = readMs;
    this.via = `the gateway at ${gateway.url}`;
  }

  /** Whether the announced host answers. */
  static async isAlive(host: GatewayAddress): Promise<boolean> {
    try {
      const response = await fetch(new URL('/health/live', host.url), { signal: AbortSignal.timeout(3000) });
      return response.ok;
    } catch {
      return false;
    }
  }

  async publish(events: readonly unknown[]): Promise<IntakeResult> {
    const result: IntakeResult = { accepted: [], refused: [] };
    for (const { first, body } of batchesOf(events)) {
      const { accepted, refused } = await this.#publishBatch(body);
      result.accepted.push(...accepted.map((each) => ({ ...each, index: each.index + first })));
      result.refused.push(...refused.map((each) => ({ ...each, index: each.index + first })));
    }
    return result;
  }

  async #publishBatch(body: string): Promise<IntakeResult> {
    const response = await this.#sendEvents(body);
    // A batch of which nothing was taken is a problem document that holds the reasons.
    if (response.status !== 400 && !response.ok) await this.#fail(response);
    const answer = await this.#body(response);
    if (typeof answer === 'object' && answer !== null && 'accepted' in answer) return answer as IntakeResult;
    throw this.#problem(response, answer);
  }

  /** Events have ids of their own: sending them again while the gateway waits for its log changes nothing. */
  async #sendEvents(body: string): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const sent = { body, contentType: 'application/cloudevents-batch+json' };
      const response = await this.#send('POST', '/v1/events', sent);
      if (response.status !== 503 || tries >= PUBLISH_TRIES) return response;
      await response.body?.cancel();
      await delay(RECONNECT_MS * 2 ** (tries - 1));
    }
  }

  async putBlob(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    const sent = { body: bytes, contentType: mediaType };
    return this.#json<BlobRef>(await this.#send('PUT', `/v1/blobs/${sha256(bytes)}`, sent));
  }

  async getBlob(ref: Pick<BlobRef, 'sha256'>): Promise<Buffer> {
    const response = await this.#send('GET', `/v1/blobs/${ref.sha256}`);
    if (!response.ok) await this.#fail(response);
    return this.#bytes(response);
  }

  async changes(service: string, window: { from: string; to: string }): Promise<Change[]> {
    const path = `/v1/services/${encodeURIComponent(service)}/changes?${new URLSearchParams(window).toString()}`;
    return (await this.#json<{ changes: Change[] }>(await this.#send('GET', path))).changes;
  }

  async overview(): Promise<Overview> {
    const overview = await this.#json<Pick<Overview, 'services'>>(await this.#send('GET', '/v1/services'));
    const cases: Overview['cases'] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const after = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: CasePage = await this.#json<CasePage>(await this.#send('GET', `/v1/cases?limit=200${after}`));
      cases.push(...page.cases);
      cursor = page.nextCursor;
    }
    return { cases, services: overview.services };
  }

  async details(caseId: string): Promise<CaseDetails> {
    return this.#json<CaseDetails>(await this.#send('GET', `/v1/cases/${inPath(caseId)}`));
  }

  async dossier(caseId: string, format: DossierFormat): Promise<string> {
    const headers = { accept: MEDIA_TYPE[format] };
    const response = await this.#send('GET', `/v1/cases/${inPath(caseId)}/dossier`, { headers });
    if (!response.ok) await this.#fail(response);
    // A page that is served for every address is no dossier.
    if (!response.headers.get('content-type')?.startsWith(headers.accept)) {
      await response.body?.cancel();
      throw this.#problem(response, undefined);
    }
    return (await this.#bytes(response)).toString('utf8');
  }

  async *follow(caseId: string, signal: AbortSignal): AsyncGenerator<CaseDetails> {
    let lastEventId = '';
    while (!signal.aborted) {
      try {
        const headers: Record<string, string> = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
        const path = `/v1/cases/${inPath(caseId)}/stream`;
        const response = await this.#send('GET', path, { headers, signal });
        if (!response.ok || !response.body) return await this.#fail(response);
        const parser = new EventSourceParserStream({ onId: (id) => void (lastEventId = id) });
        for await (const { data } of response.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser)) {
          yield JSON.parse(data) as CaseDetails;
        }
      } catch (error) {
        if (signal.aborted) return;
        // A stream that had begun is taken up again; what never began is told.
        if (lastEventId === '' || (error instanceof HeadroomError && !error.retryable)) throw error;
      }
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async command(caseId: string, request: CaseCommandRequest): Promise<CaseCommandAnswer> {
    const path = `/v1/cases/${inPath(caseId)}/commands`;
    const sent = { body: JSON.stringify(request), contentType: 'application/json' };
    return this.#json<CaseCommandAnswer>(await this.#send('POST', path, sent));
  }

  async opportunities(wanted: OpportunityFilter): Promise<OpportunityItem[]> {
    const found: OpportunityItem[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query = new URLSearchParams({ limit: '200', ...wanted, ...(cursor !== '' && { cursor }) });
      const page: OpportunityPage = await this.#json(await this.#send('GET', `/v1/opportunities?${query.toString()}`));
      found.push(...page.opportunities);
      cursor = page.nextCursor;
    }
    return found;
  }

  async opportunity(id: string): Promise<OpportunityItem> {
    return this.#json<OpportunityItem>(await this.#send('GET', `/v1/opportunities/${inPath(id)}`));
  }

  async deadLetters(): Promise<DeadLetter[]> {
    const body = await this.#json<{ deadLetters: DeadLetter[] }>(await this.#send('GET', '/v1/dead-letters'));
    return body.deadLetters;
  }

  async deadLetter(id: string): Promise<DeadLetterDetails> {
    return this.#json<DeadLetterDetails>(await this.#send('GET', `/v1/dead-letters/${inPath(id)}`));
  }

  async replay(id: string): Promise<void> {
    await this.#json(await this.#send('POST', `/v1/dead-letters/${inPath(id)}/replay`));
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(method: string, path: string, sending: Sending = {}): Promise<Response> {
    const { url, token } = this.#gateway;
    const { body, contentType, signal = AbortSignal.timeout(body === undefined ? this.#readMs : SEND_MS) } = sending;
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...sending.headers,
    };
    const carried = body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> };
    try {
      return await fetch(new URL(path, url), { method, headers, ...carried, signal });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): HeadroomError {
    return new HeadroomError(
      `Nothing answers at ${this.#gateway.url} (${networkReason(error)}). Check the address, and that the gateway runs.`,
      { code: 'HEADROOM_HOST_UNREACHABLE', retryable: true, cause: error },
    );
  }

  /** The bytes of an answer, which may break off. */
  async #bytes(response: Response): Promise<Buffer> {
    try {
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** The JSON of an answer; undefined where it is none. */
  async #body(response: Response): Promise<unknown> {
    return parsed((await this.#bytes(response)).toString('utf8'));
  }

  async #json<Body>(response: Response): Promise<Body> {
    if (!response.ok) await this.#fail(response);
    const body = await this.#body(response);
    if (body === undefined) throw this.#problem(response, body);
    return body as Body;
  }

  async #fail(response: Response): Promise<never> {
    throw this.#problem(response, await this.#body(response));
  }

  #problem(response: Response, body: unknown): HeadroomError {
    const problem = problemSchema.safeParse(body);
    // A proxy answers for a gateway that is away for a moment.
    const retryable = response.status >= 500;
    if (!problem.success) {
      const message = `${this.#gateway.url} answered ${response.status}, and not as a gateway does. Is it the address of one?`;
      return new HeadroomError(message, { code: 'HEADROOM_HOST_ANSWER_INVALID', retryable });
    }
    const { code, detail } = problem.data;
    if (code !== 'HEADROOM_UNAUTHORIZED')
      return new HeadroomError(detail, { code: code as `HEADROOM_${string}`, retryable });
    return new HeadroomError(
      `${this.via} does not take this token. Give it with --token or HEADROOM_TOKEN; a host writes its own to host.json in its data directory.`,
      { code: 'HEADROOM_UNAUTHORIZED' },
    );
  }
}

import { HeadroomError, messageOf, sha256, type BlobRef } from '@headroom/contracts';
import type { CaseDetails, DeadLetterDetails, IntakeResult, Overview } from '@headroom/gateway';
import type { DeadLetter } from '@headroom/runtime';
import { z } from 'zod';
import type { HeadroomClient } from './client.js';
import type { HostFile } from './host-file.js';

const problemSchema = z.object({ code: z.string().regex(/^HEADROOM_/), detail: z.string() });

/** Talks to the host that owns the data directory, through its gateway. */
export class HttpClient implements HeadroomClient {
  readonly via: string;
  readonly #host: HostFile;

  constructor(host: HostFile) {
    this.#host = host;
    this.via = `the host at ${host.url}`;
  }

  /** Whether the announced host answers. */
  static async isAlive(host: HostFile): Promise<boolean> {
    try {
      const response = await fetch(new URL('/health/live', host.url), { signal: AbortSignal.timeout(3000) });
      return response.ok;
    } catch {
      return false;
    }
  }

  async publish(events: readonly unknown[]): Promise<IntakeResult> {
    const response = await this.#send(
      'POST',
      '/v1/events',
      JSON.stringify(events),
      'application/cloudevents-batch+json',
    );
    if (response.status !== 400 && !response.ok) await this.#fail(response);
    const body = (await response.json()) as IntakeResult | { code: string; detail: string };
    if ('accepted' in body) return body;
    throw new HeadroomError(body.detail, { code: body.code as `HEADROOM_${string}` });
  }

  async putBlob(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    const response = await this.#send('PUT', `/v1/blobs/${sha256(bytes)}`, bytes, mediaType);
    return this.#json<BlobRef>(response);
  }

  async getBlob(ref: Pick<BlobRef, 'sha256'>): Promise<Buffer> {
    const response = await this.#send('GET', `/v1/blobs/${ref.sha256}`);
    if (!response.ok) await this.#fail(response);
    return Buffer.from(await response.arrayBuffer());
  }

  async overview(): Promise<Overview> {
    return this.#json<Overview>(await this.#send('GET', '/v1/cases'));
  }

  async details(caseId: string): Promise<CaseDetails> {
    return this.#json<CaseDetails>(await this.#send('GET', `/v1/cases/${encodeURIComponent(caseId)}`));
  }

  async deadLetters(): Promise<DeadLetter[]> {
    const body = await this.#json<{ deadLetters: DeadLetter[] }>(await this.#send('GET', '/v1/dead-letters'));
    return body.deadLetters;
  }

  async deadLetter(id: string): Promise<DeadLetterDetails> {
    return this.#json<DeadLetterDetails>(await this.#send('GET', `/v1/dead-letters/${encodeURIComponent(id)}`));
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(method: string, path: string, body?: string | Uint8Array, contentType?: string): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#host.token}` };
    if (contentType) headers['content-type'] = contentType;
    try {
      return await fetch(new URL(path, this.#host.url), {
        method,
        headers,
        ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
        signal: AbortSignal.timeout(60_000),
      });
    } catch (error) {
      throw new HeadroomError(`${this.via} did not answer (${messageOf(error)}). Is it still running?`, {
        code: 'HEADROOM_HOST_UNREACHABLE',
        retryable: true,
        cause: error,
      });
    }
  }

  async #json<Body>(response: Response): Promise<Body> {
    if (!response.ok) await this.#fail(response);
    return (await response.json()) as Body;
  }

  async #fail(response: Response): Promise<never> {
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
    if (!problem.success) {
      throw new HeadroomError(`${this.via} answered ${response.status}.`, { code: 'HEADROOM_HOST_ANSWER_INVALID' });
    }
    throw new HeadroomError(problem.data.detail, { code: problem.data.code as `HEADROOM_${string}` });
  }
}

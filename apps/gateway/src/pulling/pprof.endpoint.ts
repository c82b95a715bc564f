import { HeadroomError, messageOf } from '@headroom/contracts';
import { boundedFetch, pullFailed } from './bounded.fetch.js';
import type { PulledProfile, PullSource, PullWindow } from './pull.source.js';

/** What connecting, starting and sending may take beside the profile itself, milliseconds. */
const GRACE_MS = 15_000;
/** As much as an upload may have. */
const MAX_BYTES = 64 * 1024 * 1024;

/** An address that takes a CPU profile when it is asked, as Go's net/http/pprof does (https://pkg.go.dev/net/http/pprof). */
export class PprofEndpoint implements PullSource {
  readonly key: string;
  readonly address: string;
  readonly readyAfterMs = 0;
  readonly #url: URL;
  readonly #token: string | undefined;

  constructor({ url, seconds }: { url: string; seconds: number }, token?: string) {
    this.#url = new URL(url);
    this.address = `${this.#url.origin}${this.#url.pathname}`;
    this.key = this.#url.href;
    this.#url.searchParams.set('seconds', String(seconds));
    this.#token = token;
  }

  async pull(_window: PullWindow, signal: AbortSignal): Promise<PulledProfile[]> {
    const seconds = Number(this.#url.searchParams.get('seconds'));
    const timeoutMs = seconds * 1000 + GRACE_MS;
    const bounds = { timeoutMs, maxBytes: MAX_BYTES, token: this.#token, signal };
    const { bytes, type } = await boundedFetch(this.#url, bounds).catch((error: unknown) => {
      throw this.#busyOr(error);
    });
    if (type === 'text/html') {
      throw pullFailed(
        `${this.address} answered a page (text/html) and no profile; give the address of the profile itself, such as …/debug/pprof/profile.`,
      );
    }
    return [{ bytes }];
  }

  /** Go profiles a process once at a time, and says so with a 500. */
  #busyOr(error: unknown): unknown {
    if (!messageOf(error).includes('profiling already in use')) return error;
    const message = `Somebody else profiles ${this.address} right now; one profile at a time is possible.`;
    return new HeadroomError(message, { code: 'HEADROOM_PULL_BUSY', retryable: true, cause: error });
  }
}

import { HeadroomError, messageOf } from '@headroom/contracts';

/** What {@link boundedFetch} may take. */
export interface FetchBounds {
  timeoutMs: number;
  maxBytes: number;
  /** Sent as a bearer token. */
  token?: string | undefined;
  signal: AbortSignal;
}

/** A source that is away, or answers something else than a profile. */
export function pullFailed(message: string, options: { retryable?: boolean; cause?: unknown } = {}): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_PULL_FAILED', ...options });
}

async function bodyOf(response: Response, address: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw pullFailed(`${address} answered more than ${maxBytes} bytes; have it profile for a shorter time.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * What an address answers, within a time and a size. Redirects are not followed: a token would go where nobody named.
 * @throws HeadroomError `HEADROOM_PULL_FAILED`, retryable where another try may go well
 */
export async function boundedFetch(url: URL, bounds: FetchBounds): Promise<{ bytes: Buffer; type: string }> {
  const { timeoutMs, maxBytes, token, signal } = bounds;
  const address = `${url.origin}${url.pathname}`;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const bytes = await bodyOf(response, address, maxBytes);
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
    if (response.status === 200) return { bytes, type };
    const said = type.startsWith('text/plain') ? `: ${bytes.toString('utf8').trim().slice(0, 300)}` : '';
    throw pullFailed(`${address} answered ${response.status}${said}; check that it is the address of a CPU profile.`, {
      retryable: response.status >= 500 || response.status === 429,
    });
  } catch (error) {
    if (error instanceof HeadroomError) throw error;
    signal.throwIfAborted();
    const why = limit.aborted
      ? `no whole answer within ${timeoutMs / 1000} s`
      : messageOf((error as Error).cause ?? error);
    throw pullFailed(`${address} gave no profile (${why}); check that the service runs and may be reached from here.`, {
      retryable: true,
      cause: error,
    });
  }
}

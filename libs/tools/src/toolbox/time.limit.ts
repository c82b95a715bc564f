import { HeadroomError } from '@headroom/contracts';

/**
 * What the work yields, unless the time is over or the caller leaves first; the work is told by its signal and not waited for.
 * @throws HeadroomError `HEADROOM_TOOL_TIME_LIMIT` (retryable), `HEADROOM_TOOL_CANCELLED`
 */
export async function withinTime<T>(
  name: string,
  limitMs: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (error: HeadroomError) => {
    reject(error);
    ending.abort(error);
  };
  const late = new HeadroomError(`${name} took longer than ${limitMs / 1000} s; ask for less, or try again later`, {
    code: 'HEADROOM_TOOL_TIME_LIMIT',
    retryable: true,
  });
  const left = new HeadroomError(`${name} was ended by its caller`, { code: 'HEADROOM_TOOL_CANCELLED' });
  const onLeave = () => end(left);
  const timer = setTimeout(() => end(late), limitMs);
  caller?.addEventListener('abort', onLeave, { once: true });
  try {
    if (caller?.aborted) throw left;
    return await Promise.race([work(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', onLeave);
  }
}

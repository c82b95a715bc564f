import { HeadroomError, messageOf } from '@headroom/contracts';

/** From an error down to what led to it. */
function* chainOf(error: unknown): Generator {
  for (let [each, depth] = [error, 0]; typeof each === 'object' && each !== null && depth < 10; depth++) {
    yield each;
    each = (each as { cause?: unknown }).cause;
  }
}

/** Why a server could not be talked to, in the words of whoever knows best: ours, else those of the network. */
export function failureReason(error: unknown): string {
  const chain = [...chainOf(error)];
  const ours = chain.find((each) => each instanceof HeadroomError);
  if (ours) return ours.message;
  const last = chain.at(-1);
  const { code, message } = (last ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code;
  return typeof message === 'string' ? message : messageOf(error);
}

/** HTTP status of the answer that an error came from; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  for (const each of chainOf(error)) {
    const { status } = each as { status?: unknown };
    if (typeof status === 'number') return status;
  }
  return undefined;
}

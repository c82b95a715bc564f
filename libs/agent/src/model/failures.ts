import { AnthropicError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { classifyError } from '@headroom/runtime';
import { redactSecrets } from '@headroom/tools';

/** What a failed call means. */
export type ModelFailure =
  /** The same call may work later. */
  | { kind: 'again'; retryAfterMs?: number }
  /** The context is larger than the model takes. */
  | { kind: 'too-long' }
  /** Nobody but a person can mend it. */
  | { kind: 'refused'; error: HeadroomError };

/** Types of error events that come in the middle of a stream, without a status. */
const PASSING_TYPES = new Set(['overloaded_error', 'api_error', 'rate_limit_error', 'timeout_error']);
const TOO_LONG = /prompt is too long|context (window|length)|exceed.{0,40}context/i;

/** Reads what the SDK threw. */
export function failureOf(error: unknown, nowMs: number): ModelFailure {
  if (error instanceof APIError && error.status === undefined && !(error instanceof APIUserAbortError)) {
    // In mid-stream, or without an answer at all.
    if (error.type === null || PASSING_TYPES.has(error.type)) return { kind: 'again' };
    return { kind: 'refused', error: refusedRequest(error) };
  }
  if (error instanceof APIError && error.status !== undefined) {
    const found = classifyError(error, nowMs);
    if (found.kind === 'rate-limit') return { kind: 'again', retryAfterMs: found.retryAfterMs };
    if (found.kind === 'transient') return { kind: 'again' };
    if (error.status === 413 || TOO_LONG.test(error.message)) return { kind: 'too-long' };
    return { kind: 'refused', error: refusedRequest(error) };
  }
  // Cut streams come as plain errors of the SDK, whatever the connection said.
  if (error instanceof AnthropicError) return { kind: 'again' };
  return { kind: 'refused', error: refusedRequest(error) };
}

/** Codes of connections that never came about, certificates that are not trusted among them. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|(?:ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_.*)$/;

/** Whether nothing of a call can have reached a model: it was refused, or not even sent. */
export function isFree(error: unknown): boolean {
  if (error instanceof APIError && typeof error.status === 'number') return true;
  return causesOf(error).some(({ code }) => typeof code === 'string' && NOT_SENT.test(code));
}

/** What went wrong, with what is at the bottom of it: the SDK says "Connection error." of any of them. Without secrets, for a log. */
export function explained(error: unknown): string {
  const message = messageOf(error);
  const deepest = causesOf(error).at(-1);
  const told = deepest && deepest !== error ? `${message.replace(/\.$/, '')}: ${messageOf(deepest)}` : message;
  return redactSecrets(told).text;
}

/** An error and what it was caused by, outermost first. */
function causesOf(error: unknown): { code?: unknown }[] {
  const found: object[] = [];
  let each = error;
  while (typeof each === 'object' && each !== null && found.length < 5) {
    found.push(each);
    each = (each as Error).cause;
  }
  return found;
}

function refusedRequest(error: unknown): HeadroomError {
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
  if (status === 401 || status === 403) {
    const message = `The model's endpoint does not take this key (${status}). Check the variable that agent.keyEnv names, then retry the case.`;
    return new HeadroomError(message, { code: 'HEADROOM_MODEL_KEY_REFUSED', cause: error });
  }
  const message = `The model's endpoint refuses the request: ${explained(error)}. Check agent.model and agent.baseUrl, then retry the case.`;
  return new HeadroomError(message, { code: 'HEADROOM_MODEL_REQUEST_REFUSED', cause: error });
}

import { DeliveryAborted } from './abort.js';

/** What a failure means for the event that was being handled. */
export type ErrorClass =
  | { kind: 'permanent' }
  | { kind: 'transient' }
  /** The log or the store is away: wait until it is back; no attempt. */
  | { kind: 'dependency' }
  /** Wait as told; no attempt. */
  | { kind: 'rate-limit'; retryAfterMs: number | undefined }
  /** Nothing is known: as transient, three attempts in all. */
  | { kind: 'unknown' }
  | { kind: 'aborted' };

/** The fields that classification looks at; any object may carry them. */
interface ErrorFacts {
  code?: unknown;
  retryable?: unknown;
  status?: unknown;
  statusCode?: unknown;
  getStatus?: unknown;
  headers?: unknown;
  retryAfterMs?: unknown;
  response?: unknown;
  issues?: unknown;
  name?: unknown;
  cause?: unknown;
}

const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EBUSY',
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'SQLITE_BUSY',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);
const DEPENDENCY_CODES = new Set([
  'HEADROOM_LOG_AWAY',
  'HEADROOM_LOG_NOT_ACKNOWLEDGED',
  'HEADROOM_STORE_AWAY',
  'HEADROOM_STORE_EVICTS',
  'HEADROOM_STORE_REFUSED',
]);
const RETRYABLE_STATUS = new Set([408, 409, 425]);
const RATE_LIMIT_STATUS = new Set([429, 529]);
const CAUSE_DEPTH = 5;

function statusOf(facts: ErrorFacts): number | undefined {
  const own = typeof facts.getStatus === 'function' ? (facts.getStatus as () => unknown).call(facts) : undefined;
  const response = facts.response as ErrorFacts | undefined;
  const found = [own, facts.status, facts.statusCode, response?.status].find((each) => typeof each === 'number');
  return typeof found === 'number' && found >= 100 && found <= 599 ? found : undefined;
}

function headerOf(headers: unknown, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  if (headers === null || typeof headers !== 'object') return undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

function retryAfterOf(facts: ErrorFacts, nowMs: number): number | undefined {
  if (typeof facts.retryAfterMs === 'number') return Math.max(0, facts.retryAfterMs);
  const headers = facts.headers ?? (facts.response as ErrorFacts | undefined)?.headers;
  const exact = Number(headerOf(headers, 'retry-after-ms') ?? NaN);
  if (Number.isFinite(exact)) return Math.max(0, exact);
  const text = headerOf(headers, 'retry-after');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function classOfStatus(status: number): ErrorClass | undefined {
  if (status >= 500 || RETRYABLE_STATUS.has(status)) return { kind: 'transient' };
  if (status >= 400) return { kind: 'permanent' };
  return undefined;
}

function classOf(facts: ErrorFacts, nowMs: number): ErrorClass | undefined {
  if (typeof facts.code === 'string' && DEPENDENCY_CODES.has(facts.code)) return { kind: 'dependency' };
  const status = statusOf(facts);
  const retryAfterMs = retryAfterOf(facts, nowMs);
  const limited = status !== undefined && RATE_LIMIT_STATUS.has(status);
  if (limited || (retryAfterMs !== undefined && facts.retryable !== false)) return { kind: 'rate-limit', retryAfterMs };
  if (typeof facts.retryable === 'boolean') return { kind: facts.retryable ? 'transient' : 'permanent' };
  if (status !== undefined) return classOfStatus(status);
  if (typeof facts.code === 'string' && TRANSIENT_CODES.has(facts.code)) return { kind: 'transient' };
  if (facts.name === 'ZodError' || facts.name === '$ZodError') return { kind: 'permanent' };
  if (facts.name === 'TimeoutError') return { kind: 'transient' };
  return undefined;
}

/**
 * Says what a thrown value means. Looks at `retryable`, HTTP status, retry-after and system error codes, of the error
 * and of what caused it; the outermost that says something decides. Pure.
 */
export function classifyError(error: unknown, nowMs: number): ErrorClass {
  let current: unknown = error;
  for (let depth = 0; depth < CAUSE_DEPTH && current !== null && typeof current === 'object'; depth += 1) {
    if (current instanceof DeliveryAborted) {
      return { kind: current.reason === 'deadline' ? 'transient' : 'aborted' };
    }
    const found = classOf(current, nowMs);
    if (found) return found;
    current = (current as ErrorFacts).cause;
  }
  return { kind: 'unknown' };
}

/** Exponential back-off with jitter: half of the step is certain, half is drawn. */
export function backoffMs(failures: number, firstMs: number, largestMs: number, random: () => number): number {
  const step = Math.min(largestMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.round(step * (0.5 + random() / 2));
}

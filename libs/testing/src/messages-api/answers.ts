import type { StopReason, WireUsage } from './wire.js';

/** What a scripted model says in one part of an answer. */
export type AnswerPart =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string }
  /** `rawInput` is sent in place of the input as JSON, such as one that is cut off. */
  | { type: 'tool_use'; name: string; input: unknown; rawInput?: string };

/** How an answer arrives; without any of it, at once and whole. */
export interface Arrival {
  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** Milliseconds between the events of a stream. */
  eventDelayMs?: number;
  /** The connection is cut after so many events of a stream, or after as many bytes of plain JSON. */
  cutAfter?: number;
  /** Nothing more is sent after so many events of a stream, and the connection stays open; 0 = not even the headers. */
  hangAfter?: number;
  /** An `error` event takes the place of the rest of a stream after so many events. */
  errorAfter?: { events: number; type: string; message: string };
}

export interface MessageAnswer {
  kind: 'message';
  parts: readonly AnswerPart[];
  /** @default `tool_use` when a part is a call, else `end_turn` */
  stop?: StopReason;
  /** Told in place of what was counted, as by an endpoint that counts nothing or wrong. */
  usage?: Partial<WireUsage>;
  arrival?: Arrival;
}

export interface ErrorAnswer {
  kind: 'error';
  status: number;
  type: string;
  message: string;
  headers?: Readonly<Record<string, string>>;
  arrival?: Pick<Arrival, 'delayMs'>;
}

export type Answer = MessageAnswer | ErrorAnswer;

/** Words, and the end of the turn. */
export function says(text: string, stop?: StopReason): MessageAnswer {
  return { kind: 'message', parts: [{ type: 'text', text }], ...(stop && { stop }) };
}

/** Calls of tools, in one answer. */
export function calls(...uses: readonly { tool: string; input: unknown; rawInput?: string }[]): MessageAnswer {
  return { kind: 'message', parts: uses.map(({ tool, ...use }) => ({ type: 'tool_use', name: tool, ...use })) };
}

/** A refusal: a few words and the stop reason that says so. */
export function refusal(text = 'I cannot help with that.'): MessageAnswer {
  return says(text, 'refusal');
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

/** An error in place of an answer, in the API's form. */
export function fails(
  status: number,
  message: string,
  retry: { afterMs?: number; afterSeconds?: number } = {},
): ErrorAnswer {
  const headers = {
    ...(retry.afterMs !== undefined && { 'retry-after-ms': String(retry.afterMs) }),
    ...(retry.afterSeconds !== undefined && { 'retry-after': String(retry.afterSeconds) }),
  };
  return { kind: 'error', status, type: ERROR_TYPES[status] ?? 'api_error', message, headers };
}

/** The same answer, arriving otherwise. */
export function arriving(answer: Answer, arrival: Arrival): Answer {
  return { ...answer, arrival: { ...answer.arrival, ...arrival } };
}

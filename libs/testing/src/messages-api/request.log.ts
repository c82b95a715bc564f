import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { comparedBreakpoints, type ComparedBreakpoint, type PrefixPart } from './prompt.cache.js';
import { blocksOf, type ContentBlock, type MessagesRequest, type StopReason, type WireUsage } from './wire.js';

/** A request that arrived. */
export interface RequestRecord {
  kind: 'request';
  /** From 1. */
  ordinal: number;
  /** ISO 8601. */
  time: string;
  /** Requests that carry on from one another have the same. */
  conversation: number;
  turn: number;
  /** How often the same bytes were sent, this time included. */
  sent: number;
  /** SHA-256 of the body. */
  digest: string;
  bytes: number;
  model: string;
  stream: boolean;
  maxTokens: number;
  /** Tokens of the input, estimated. */
  tokens: number;
  /** What the client says of its own retries. */
  clientRetries: number;
  breakpoints: ComparedBreakpoint[];
  /** Whether the request before it in the conversation is the beginning of this one, byte for byte; null for the first. */
  extendsPrevious: boolean | null;
  /** Where it first differs from the one before, if it does. */
  changedAt?: string;
  body?: unknown;
}

/** How a request was answered. */
export interface AnswerRecord {
  kind: 'answer';
  ordinal: number;
  time: string;
  status: number;
  stop?: StopReason;
  usage?: WireUsage;
  /** Why, of an error. */
  error?: string;
  /** Whether all of it was sent; false where the client left, or the scenario cut it off. */
  complete: boolean;
}

export type LogRecord = RequestRecord | AnswerRecord;

/** What of a request is not in its body. */
interface Arrived {
  text: string;
  body: MessagesRequest;
  parts: readonly PrefixPart[];
  turn: number;
  clientRetries: number;
}

/**
 * Every request and how it was answered, in memory and, if asked for, in a file of JSON lines that is written before anything is
 * answered: it can be read after the client, or the server, was killed.
 */
export class RequestLog {
  readonly records: LogRecord[] = [];
  readonly #digests = new Map<string, { sent: number; conversation: number }>();
  /** Conversation by what was answered in it. */
  readonly #answers = new Map<string, number>();
  readonly #last = new Map<number, readonly PrefixPart[]>();
  #ordinal = 0;
  #conversations = 0;

  constructor(
    private readonly options: { file?: string | undefined; bodies?: boolean | undefined; now: () => number },
  ) {}

  arrived({ text, body, parts, turn, clientRetries }: Arrived): RequestRecord {
    const digest = createHash('sha256').update(text).digest('hex');
    const known = this.#digests.get(digest);
    const conversation = known?.conversation ?? this.#conversationOf(body) ?? ++this.#conversations;
    const sent = (known?.sent ?? 0) + 1;
    this.#digests.set(digest, { sent, conversation });
    const before = this.#last.get(conversation);
    this.#last.set(conversation, parts);
    const changed = before?.findIndex((part, index) => part.digest !== parts[index]?.digest) ?? -1;
    const record: RequestRecord = {
      kind: 'request',
      ordinal: ++this.#ordinal,
      time: new Date(this.options.now()).toISOString(),
      conversation,
      turn,
      sent,
      digest,
      bytes: Buffer.byteLength(text),
      model: body.model,
      stream: body.stream === true,
      maxTokens: body.max_tokens,
      tokens: parts.reduce((sum, part) => sum + part.tokens, 0),
      clientRetries,
      breakpoints: comparedBreakpoints(parts, before),
      extendsPrevious: before ? changed === -1 : null,
      ...(changed !== -1 && { changedAt: before![changed]!.at }),
      ...(this.options.bodies && { body }),
    };
    this.#write(record);
    return record;
  }

  /** Remembers what was said in a conversation, so that the request that carries it is known to go on from there. */
  said(conversation: number, content: readonly ContentBlock[]): void {
    for (const key of keysOf(content)) this.#answers.set(key, conversation);
  }

  answered(record: Omit<AnswerRecord, 'kind' | 'time'>): void {
    this.#write({ kind: 'answer', time: new Date(this.options.now()).toISOString(), ...record });
  }

  #conversationOf({ messages }: MessagesRequest): number | undefined {
    const said = messages
      .filter(({ role }) => role === 'assistant')
      .flatMap(({ content }) => keysOf(blocksOf(content)));
    return said.map((key) => this.#answers.get(key)).findLast((each) => each !== undefined);
  }

  #write(record: LogRecord): void {
    this.records.push(record);
    if (this.options.file !== undefined) appendFileSync(this.options.file, `${JSON.stringify(record)}\n`);
  }
}

/** What tells an answer: the ids of its calls, else its words. */
function keysOf(content: readonly ContentBlock[]): string[] {
  const ids = content.flatMap(({ type, id }) => (type === 'tool_use' && id ? [id] : []));
  return ids.length > 0 ? ids : [content.map(({ text = '' }) => text).join('\n')];
}

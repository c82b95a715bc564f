import type { AnswerPart, MessageAnswer } from './answers.js';
import { tokensOf, type ContentBlock, type StopReason, type WireUsage } from './wire.js';

/** A whole answer as the API gives it. */
export interface WireAnswer {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: ContentBlock[];
  stop_reason: StopReason;
  stop_sequence: null;
  stop_details: null;
  container: null;
  usage: WireUsage;
}

/** One event of a stream. */
export interface StreamEvent {
  event: string;
  data: Readonly<Record<string, unknown>>;
}

const PIECE_LENGTH = 24;
const BYTES_PER_TOKEN = 4;

/** What is sent of each part: its text, or its input as JSON. */
function textOfPart(part: AnswerPart): string {
  if (part.type === 'text') return part.text;
  return part.type === 'thinking' ? part.thinking : (part.rawInput ?? JSON.stringify(part.input));
}

/** The parts that fit in `max_tokens`; the one that does not is cut off there, as a model is. */
export function withinTokens(
  answer: MessageAnswer,
  maxTokens: number,
): Required<Pick<MessageAnswer, 'parts' | 'stop'>> {
  const parts: AnswerPart[] = [];
  let left = maxTokens;
  for (const part of answer.parts) {
    const text = textOfPart(part);
    const tokens = tokensOf(text);
    if (tokens <= left) {
      left -= tokens;
      parts.push(part);
      continue;
    }
    const kept = text.slice(0, left * BYTES_PER_TOKEN);
    if (part.type === 'text' && kept) parts.push({ ...part, text: kept });
    if (part.type === 'thinking' && kept) parts.push({ ...part, thinking: kept });
    if (part.type === 'tool_use') parts.push({ ...part, rawInput: kept });
    return { parts, stop: 'max_tokens' };
  }
  const isCall = parts.some(({ type }) => type === 'tool_use');
  return { parts, stop: answer.stop ?? (isCall ? 'tool_use' : 'end_turn') };
}

/** Tokens of an answer; never 0, as with the API. */
export function outputTokens(parts: readonly AnswerPart[]): number {
  return Math.max(
    1,
    parts.reduce((sum, part) => sum + tokensOf(textOfPart(part)), 0),
  );
}

/** The parts as the API writes them in plain JSON: a cut-off input cannot be told there, and is empty. */
export function contentOf(parts: readonly AnswerPart[], idOf: (index: number) => string): ContentBlock[] {
  return parts.map((part, index): ContentBlock => {
    if (part.type === 'text') return { type: 'text', text: part.text, citations: null };
    if (part.type === 'thinking') return { ...part, signature: `signed-${part.thinking.length}` };
    return { type: 'tool_use', id: idOf(index), name: part.name, input: part.rawInput === undefined ? part.input : {} };
  });
}

/** The events of a stream that yields the answer. */
export function eventsOf(answer: WireAnswer, parts: readonly AnswerPart[]): StreamEvent[] {
  const { content, stop_reason, usage, ...head } = answer;
  const start = { ...head, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const end = { stop_reason, stop_sequence: null, stop_details: null, container: null };
  return [
    event('message_start', { message: start }),
    event('ping', {}),
    ...parts.flatMap((part, index) => partEvents(part, content[index]!, index)),
    event('message_delta', { delta: end, usage }),
    event('message_stop', {}),
  ];
}

function partEvents(part: AnswerPart, block: ContentBlock, index: number): StreamEvent[] {
  const empty: Readonly<Record<AnswerPart['type'], object>> = {
    text: { text: '' },
    thinking: { thinking: '', signature: '' },
    tool_use: { input: {} },
  };
  const pieces = textOfPart(part).match(new RegExp(`[^]{1,${PIECE_LENGTH}}`, 'gu')) ?? [];
  const delta = (piece: string): object => {
    if (part.type === 'text') return { type: 'text_delta', text: piece };
    if (part.type === 'thinking') return { type: 'thinking_delta', thinking: piece };
    return { type: 'input_json_delta', partial_json: piece };
  };
  const signed = part.type === 'thinking' ? [{ type: 'signature_delta', signature: block['signature'] }] : [];
  return [
    event('content_block_start', { index, content_block: { ...block, ...empty[part.type] } }),
    ...[...pieces.map(delta), ...signed].map((each) => event('content_block_delta', { index, delta: each })),
    event('content_block_stop', { index }),
  ];
}

function event(type: string, data: object): StreamEvent {
  return { event: type, data: { type, ...data } };
}

/** An event as it is written to the stream. */
export function frameOf({ event: name, data }: StreamEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

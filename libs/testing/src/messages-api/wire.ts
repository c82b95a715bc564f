/** What the Messages API takes and gives, as far as the scripted server looks at it. */

export interface CacheControl {
  type: 'ephemeral';
  ttl?: '5m' | '1h';
}

/** A part of a message; what else it carries is kept. */
export interface ContentBlock {
  type: string;
  text?: string;
  id?: string;
  name?: string;
  input?: unknown;
  tool_use_id?: string;
  content?: string | ContentBlock[];
  is_error?: boolean;
  cache_control?: CacheControl | null;
  [further: string]: unknown;
}

export interface WireMessage {
  role: 'user' | 'assistant' | 'system';
  content: string | ContentBlock[];
}

export interface WireTool {
  name: string;
  description?: string;
  input_schema?: unknown;
  cache_control?: CacheControl | null;
  [further: string]: unknown;
}

export interface MessagesRequest {
  model: string;
  max_tokens: number;
  messages: WireMessage[];
  system?: string | ContentBlock[];
  tools?: WireTool[];
  stream?: boolean;
  cache_control?: CacheControl | null;
  [further: string]: unknown;
}

export type StopReason =
  'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'pause_turn' | 'refusal' | 'model_context_window_exceeded';

export interface WireUsage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
}

/** The parts of a message, a plain text as one. */
export function blocksOf(content: string | readonly ContentBlock[] | undefined): readonly ContentBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

/** All text of a part: its own, that of a tool's result, and the input of a call as JSON. */
export function textOf(block: ContentBlock): string {
  const own = block.text ?? (block.input === undefined ? '' : JSON.stringify(block.input));
  return block.content === undefined ? own : own + blocksOf(block.content).map(textOf).join('\n');
}

/** Tokens of a text, by the rule of four bytes each: the same text counts the same wherever it stands. */
export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

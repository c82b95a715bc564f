import type { BlobStore } from '@headroom/runtime';
import { estimateTokens } from '@headroom/tools';
import { RESULT_SHARE, RESULT_TOKENS } from '../budget/budgets.js';

const HEAD_SHARE = 0.6;
const TAIL_SHARE = 0.2;

/** Most tokens of one result in a context of this size. */
export function resultTokens(contextTokens: number): number {
  return Math.min(RESULT_TOKENS, Math.floor(contextTokens * RESULT_SHARE));
}

/** A text within a number of tokens; of a longer one head and tail, and the handle of the whole, which goes to the blob store. */
export async function boundedText(text: string, mostTokens: number, blobs: BlobStore): Promise<string> {
  const tokens = estimateTokens(text);
  if (tokens <= mostTokens) return text;
  const bytes = Buffer.from(text);
  const { sha256 } = await blobs.put(bytes, 'text/plain');
  const perToken = text.length / tokens;
  const head = text.slice(0, Math.floor(mostTokens * HEAD_SHARE * perToken)).toWellFormed();
  const tail = text.slice(-Math.floor(mostTokens * TAIL_SHARE * perToken)).toWellFormed();
  const told = { truncated: true, total_bytes: bytes.length, total_tokens: tokens, handle: sha256 };
  return `${JSON.stringify(told)}\nRead on with blobs_read_slice or blobs_search and the handle.\n--- head\n${head}\n--- tail\n${tail}`;
}

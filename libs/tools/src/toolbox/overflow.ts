import type { BlobStore } from '@headroom/runtime';
import { redactBeforeCut } from '../redaction.js';
import { redactDeep } from '../redaction.deep.js';
import { bytesWithin, estimateTokens } from '@headroom/figures';

const HEAD_BYTES = 3000;
const TAIL_BYTES = 1500;
const FIELD_CHARACTERS = 200;

/** What is told of a result that is larger than the budget; the whole of it lies in the blob store. */
export interface Overflow {
  /** sha256 of the payload, for `blobs_read_slice` and `blobs_search`. */
  handle: string;
  bytes: number;
  /** Estimated. */
  tokens: number;
  /** Length of each list in the result, by its path, at most two levels deep. */
  counts: Record<string, number>;
  /** Short fields of the top level as they are: totals, cursors. */
  fields: Record<string, unknown>;
  /** Beginning of the payload. */
  head: string;
  /** End of the payload. */
  tail: string;
}

/** How a result is written where its lines and bytes are addressed. */
export function payloadOf(result: unknown): Buffer {
  return Buffer.from(JSON.stringify(result, undefined, 1));
}

/** The text of a slice of UTF-8 that begins and ends between characters, and where it really began and ended. */
export function textSlice(bytes: Buffer, from: number, to: number): { text: string; from: number; to: number } {
  const inside = (at: number) => at > 0 && at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
  let start = Math.min(from, bytes.length);
  while (inside(start)) start--;
  let end = Math.min(to, bytes.length);
  while (inside(end)) end--;
  // A slice that is narrower than its first character still moves on.
  if (end <= start && start < bytes.length) {
    end = start + 1;
    while (inside(end)) end++;
  }
  return { text: bytes.toString('utf8', start, end), from: start, to: end };
}

function countLists(value: unknown, path = '', depth = 0): [string, number][] {
  if (Array.isArray(value)) return [[path, value.length]];
  if (typeof value !== 'object' || value === null || depth > 1) return [];
  return Object.entries(value).flatMap(([key, item]) => countLists(item, path ? `${path}.${key}` : key, depth + 1));
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= FIELD_CHARACTERS : typeof value !== 'object' || value === null;
}

/** Puts a result away and tells what it is. Its secrets are taken out: it is read on in slices, and a slice may begin within one. */
export async function putAway(
  answered: Record<string, unknown>,
  blobs: BlobStore,
  budgetTokens: number,
): Promise<Overflow> {
  const result = redactDeep(answered, redactBeforeCut);
  const payload = payloadOf(result);
  const { sha256 } = await blobs.put(payload, 'application/json');
  // Head and tail together take a third of the budget at most.
  const share = bytesWithin(budgetTokens) / 9;
  return {
    handle: sha256,
    bytes: payload.length,
    tokens: estimateTokens(payload.toString()),
    counts: Object.fromEntries(countLists(result).slice(0, 20)),
    fields: Object.fromEntries(Object.entries(result).filter(([, value]) => isShort(value))),
    head: textSlice(payload, 0, Math.min(HEAD_BYTES, share * 2)).text,
    tail: textSlice(payload, payload.length - Math.min(TAIL_BYTES, share), payload.length).text,
  };
}

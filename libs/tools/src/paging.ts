import { z } from 'zod';
import { ToolError } from './tool.js';

/** Inputs of a tool whose result is paged. */
export const paging = {
  limit: z.int().min(1).max(200).default(50).describe('most entries'),
  cursor: z.string().optional().describe('next_cursor of the answer before'),
};

/** Outputs of a tool whose result is paged, beside the entries. */
export const paged = { total: z.int().optional(), next_cursor: z.string().optional() };

/** An entry of a list, not described field by field: every caller pays for what a list of tools says. */
export const entry = z.record(z.string(), z.unknown());

/**
 * Where a page begins.
 * @throws ToolError for a cursor that {@link pageOf} has not made
 */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const found = /^p(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (found) return Number(found[1]);
  throw new ToolError('The cursor is none of this tool; give next_cursor of the answer before, or leave it out.');
}

/** One page of what there is. */
export function pageOf<Entry>(
  entries: readonly Entry[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { page: Entry[]; total: number; next_cursor?: string } {
  const from = offsetOf(cursor);
  const next = from + limit;
  return {
    page: entries.slice(from, next),
    total: entries.length,
    ...(next < entries.length && { next_cursor: Buffer.from(`p${next}`).toString('base64url') }),
  };
}

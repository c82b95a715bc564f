import { z } from 'zod';
import { ToolError } from '../tool.js';

/** Part of a list, and how to get the next one. */
export interface Page<Item> {
  items: Item[];
  total: number;
  next_cursor?: string;
}

/** Input fields of what is read in pages. */
export const pageInput = { cursor: z.string().optional(), limit: z.int().min(1).max(100).default(20) };
/** Output fields of what is read in pages. */
export const pageOutput = { total: z.int(), next_cursor: z.string().optional() };
/** An entry of a list, not described field by field: every caller pays for what a list of tools says. */
export const entry = z.record(z.string(), z.unknown());

/**
 * The part of a list that a cursor points at. The list must have a stable order.
 * @throws ToolError for a cursor that no answer gave
 */
export function pageOf<Item>(all: readonly Item[], cursor: string | undefined, limit: number): Page<Item> {
  const from = positionOf(cursor);
  const to = from + limit;
  return {
    items: all.slice(from, to),
    total: all.length,
    ...(to < all.length ? { next_cursor: Buffer.from(`at:${to}`).toString('base64url') } : {}),
  };
}

function positionOf(cursor: string | undefined): number {
  if (!cursor) return 0;
  const found = /^at:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (found) return Number(found[1]);
  throw new ToolError('The cursor is not one that an answer gave; leave it out to begin at the first entry.');
}

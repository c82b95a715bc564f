import type { TimeWindow } from '@headroom/indexes';
import { z } from 'zod';
import { ToolError } from '../tool.js';

const time = z.iso.datetime({ offset: true });

/** Input fields by which a caller names a stretch of time. */
export const windowFields = { from: time, to: time };

/** The same, or one time in the middle. */
export const windowOrTimeFields = {
  from: time.optional(),
  to: time.optional(),
  at: time.optional().describe('Instead: an hour before and after'),
};

/** What these fields hold. */
export interface WindowInput {
  from?: string | undefined;
  to?: string | undefined;
  at?: string | undefined;
}

const AROUND_MS = 3_600_000;

/**
 * The stretch of time that a caller named, in UTC.
 * @throws ToolError where it is none
 */
export function windowOf({ from, to, at }: WindowInput): TimeWindow {
  if (at !== undefined && from === undefined && to === undefined) {
    const middle = Date.parse(at);
    return { from: new Date(middle - AROUND_MS).toISOString(), to: new Date(middle + AROUND_MS).toISOString() };
  }
  if (from === undefined || to === undefined || at !== undefined) {
    throw new ToolError('The window is not clear; give from and to, or (where a tool has it) at alone.');
  }
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (start >= end) throw new ToolError(`The window is empty: from (${from}) must be before to (${to}).`);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

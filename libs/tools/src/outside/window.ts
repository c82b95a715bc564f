import type { TimeWindow } from '@headroom/indexes';
import { z } from 'zod';
import { ToolError } from '../tool.js';

const time = z.iso.datetime({ offset: true });

/** Input fields by which a caller names a stretch of time. */
export const windowFields = {
  from: time.optional().describe('Start, ISO 8601'),
  to: time.optional().describe('End, exclusive'),
  at: time.optional().describe('Instead of from and to: the middle, such as the time of a finding'),
  around_minutes: z.int().min(1).max(43_200).default(60).describe('With at: minutes before and after'),
};

/** What {@link windowFields} hold. */
export interface WindowInput {
  from?: string | undefined;
  to?: string | undefined;
  at?: string | undefined;
  around_minutes: number;
}

/**
 * The stretch of time that a caller named, in UTC.
 * @throws ToolError where it is none
 */
export function windowOf({ from, to, at, around_minutes }: WindowInput): TimeWindow {
  if (at !== undefined && from === undefined && to === undefined) {
    const middle = Date.parse(at);
    const around = around_minutes * 60_000;
    return { from: new Date(middle - around).toISOString(), to: new Date(middle + around).toISOString() };
  }
  if (from === undefined || to === undefined || at !== undefined) {
    throw new ToolError('The window is not clear; give from and to, or at alone.');
  }
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (start >= end) throw new ToolError(`The window is empty: from (${from}) must be before to (${to}).`);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

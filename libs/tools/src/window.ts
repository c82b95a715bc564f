import { z } from 'zod';
import { ToolError } from './tool.js';

/** A stretch of time that a caller may narrow an answer to. */
export const between = {
  from: z.iso.datetime({ offset: true }).optional().describe('earliest'),
  to: z.iso.datetime({ offset: true }).optional().describe('before'),
};

const ALL = { from: '1970-01-01T00:00:00.000Z', to: '9999-12-31T00:00:00.000Z' };

/**
 * The window that a caller means: all of time where it says nothing.
 * @throws ToolError for one that ends before it begins
 */
export function windowOf(given: { from?: string | undefined; to?: string | undefined }): { from: string; to: string } {
  const window = { from: given.from ?? ALL.from, to: given.to ?? ALL.to };
  if (Date.parse(window.from) < Date.parse(window.to)) return window;
  throw new ToolError(`from ${window.from} is not before to ${window.to}; swap them.`);
}

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
export function statedWindowOf({ from, to, at }: WindowInput): { from: string; to: string } {
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

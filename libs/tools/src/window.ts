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

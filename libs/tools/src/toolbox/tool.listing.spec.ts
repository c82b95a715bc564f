import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineTool } from '../tool.js';
import { toolListing } from './tool.listing.js';

describe('toolListing', () => {
  it('describes arguments in full, and of results names and types of their fields', () => {
    const tool = defineTool({
      name: 'things_list_parts',
      title: 'Parts',
      description: 'Lists parts.',
      input: z.object({
        since: z.iso.datetime().describe('earliest, ISO 8601'),
        title: z.string().min(2).max(9).optional().describe('text'),
        limit: z.int().min(1).max(50).default(20).describe('most parts'),
        step: z.int().optional().describe('seconds'),
      }),
      output: z.object({
        parts: z.array(z.object({ pattern: z.string().regex(/x/), description: z.string().max(3).optional() })),
        note: z.union([z.string(), z.number()]).optional(),
      }),
      openWorld: true,
      run: () => Promise.reject(new Error('not called')),
    });
    expect(toolListing(tool)).toEqual({
      name: 'things_list_parts',
      description: 'Lists parts.',
      inputSchema: {
        type: 'object',
        properties: {
          since: { type: 'string', format: 'date-time', description: 'earliest, ISO 8601' },
          title: { type: 'string', description: 'text' },
          limit: { type: 'integer', minimum: 1, maximum: 50, default: 20, description: 'most parts' },
          step: { type: 'integer', description: 'seconds' },
        },
        required: ['since'],
        additionalProperties: false,
      },
      outputSchema: {
        type: 'object',
        properties: {
          result: { type: 'object', properties: { parts: { type: 'array' }, note: { type: ['string', 'number'] } } },
        },
      },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    });
  });
});

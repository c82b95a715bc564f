import type { BlobStore } from '@headroom/runtime';
import { z } from 'zod';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { textSlice } from '../toolbox/overflow.js';
import { storedText } from './stored.result.js';

/** Most bytes of one slice: even of signs alone it is below the budget of a result. */
const MAX_SLICE_BYTES = 20_000;
/** Characters told around what was searched for. */
const AROUND = 150;

const handle = z.string().describe('overflow.handle of a result');

function sliceTool(blobs: BlobStore): AnyTool {
  return defineTool({
    name: 'blobs_read_slice',
    title: 'Read a part of a large result',
    description: 'Reads on in a result that was too large for one answer. Use blobs_search to find a place first.',
    input: z.object({
      handle,
      offset: z.int().min(0).default(0).describe('first byte'),
      length: z.int().min(1).max(MAX_SLICE_BYTES).default(8000).describe('bytes'),
    }),
    output: z.object({
      text: z.string(),
      offset: z.int(),
      next_offset: z.int().optional(),
      total_bytes: z.int(),
    }),
    run: async ({ handle, offset, length }) => {
      const bytes = await storedText(blobs, handle);
      if (offset > 0 && offset >= bytes.length) {
        throw new ToolError(`offset ${offset} is behind the end; the result has ${bytes.length} bytes`);
      }
      const { text, from, to } = textSlice(bytes, offset, offset + length);
      const next = to < bytes.length ? { next_offset: to } : {};
      return {
        data: { text, offset: from, ...next, total_bytes: bytes.length },
        source: `blob ${handle}`,
        trust: 'untrusted',
      };
    },
  });
}

/** Where a text occurs, line by line: number of the line, byte at which the line begins, and the text around. */
function* occurrences(text: string, pattern: string, ignoreCase: boolean) {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  let [line, offset] = [0, 0];
  for (const content of text.split('\n')) {
    line++;
    const at = (ignoreCase ? content.toLowerCase() : content).indexOf(wanted);
    if (at >= 0) {
      const from = Math.max(0, at - AROUND);
      const around = content.slice(from, at + pattern.length + AROUND).toWellFormed();
      yield { line, offset: offset + Buffer.byteLength(content.slice(0, from)), text: around };
    }
    offset += Buffer.byteLength(content) + 1;
  }
}

function readCursor(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const found = /^m(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (found) return Number(found[1]);
  throw new ToolError('The cursor is none of blobs_search; give next_cursor of the answer before, or leave it out');
}

function searchTool(blobs: BlobStore): AnyTool {
  return defineTool({
    name: 'blobs_search',
    title: 'Search in a large result',
    description:
      'Finds lines that contain a text in a result that was too large for one answer. No regular expressions.',
    input: z.object({
      handle,
      text: z.string().min(1).max(200).describe('what a line must contain'),
      ignore_case: z.boolean().default(false).describe('whether A is a'),
      limit: z.int().min(1).max(50).default(20).describe('most matches'),
      cursor: z.string().optional().describe('next_cursor of the answer before'),
    }),
    output: z.object({
      matches: z.array(z.object({ line: z.int(), offset: z.int(), text: z.string() })),
      total: z.int(),
      next_cursor: z.string().optional(),
    }),
    run: async ({ handle, text, ignore_case: ignoreCase, limit, cursor }) => {
      const from = readCursor(cursor);
      const content = (await storedText(blobs, handle)).toString();
      const found = [...occurrences(content, text, ignoreCase)];
      const next =
        from + limit < found.length ? { next_cursor: Buffer.from(`m${from + limit}`).toString('base64url') } : {};
      return {
        data: { matches: found.slice(from, from + limit), total: found.length, ...next },
        source: `blob ${handle}`,
        trust: 'untrusted',
      };
    },
  });
}

/** Tools that read what was too large for one answer. */
export function blobsTools(blobs: BlobStore): AnyTool[] {
  return [sliceTool(blobs), searchTool(blobs)];
}

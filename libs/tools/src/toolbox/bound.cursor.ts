import { canonicalJson, sha256 } from '@headroom/contracts';
import { ToolError } from '../tool.js';

/** Arguments that say which part of an answer is wanted, not which answer. */
const PLACE = new Set(['cursor', 'limit', 'offset', 'length']);

type Json = Record<string, unknown>;

/** A cursor goes on with the answer that it came with: what it means for another question is nothing. */
function questionOf(tool: string, input: Json): string {
  const asked = Object.fromEntries(Object.entries(input).filter(([name]) => !PLACE.has(name)));
  return sha256(canonicalJson({ tool, asked })).slice(0, 8);
}

/**
 * The arguments with the cursor as the tool made it.
 * @throws ToolError for a cursor that came with the answer to another question
 */
export function withOwnCursor<Input extends Json>(tool: string, input: Input): Input {
  const { cursor } = input;
  if (typeof cursor !== 'string' || cursor === '') return input;
  const [, question, own] = /^([0-9a-f]{8})\.(.*)$/.exec(cursor) ?? [];
  if (question === questionOf(tool, input)) return { ...input, cursor: own };
  throw new ToolError(
    question === undefined
      ? `The cursor is none of ${tool}; give next_cursor of the answer before, or leave it out.`
      : `The cursor is of another question; give it to ${tool} with the arguments of the answer that it came with, or leave it out.`,
  );
}

/** A result whose cursor says which question it belongs to. */
export function withBoundCursor(tool: string, input: Json, result: Json): Json {
  const { next_cursor: cursor } = result;
  if (typeof cursor !== 'string') return result;
  return { ...result, next_cursor: `${questionOf(tool, input)}.${cursor}` };
}

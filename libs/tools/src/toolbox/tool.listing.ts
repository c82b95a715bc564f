import { z } from 'zod';
import type { AnyTool } from '../tool.js';

/** JSON Schema 2020-12, the default dialect of the Model Context Protocol. */
export type JsonSchema = Record<string, unknown>;

/** A tool as a caller sees it in a list. */
export interface ToolListing {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  /** Of the envelope that a call answers. */
  outputSchema: JsonSchema;
  /** Hints, all four of them: what is left out has a pessimistic default. */
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rewrites each schema in a schema; what a property is called is no keyword. */
function eachSchema(schema: JsonSchema, rewrite: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const below = (keyword: string, value: unknown): unknown => {
    if (keyword === 'enum' || keyword === 'required' || keyword === 'default' || keyword === 'const') return value;
    if (Array.isArray(value)) return value.map((item: unknown) => (isSchema(item) ? eachSchema(item, rewrite) : item));
    if (!isSchema(value)) return value;
    if (keyword !== 'properties' && keyword !== '$defs') return eachSchema(value, rewrite);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, isSchema(item) ? eachSchema(item, rewrite) : item]),
    );
  };
  return Object.fromEntries(
    Object.entries(rewrite(schema)).map(([keyword, value]) => [keyword, below(keyword, value)]),
  );
}

/**
 * Leaves out what only repeats (the dialect, the pattern of a named format, the range of every safe integer) and how long a text may
 * be: who sends a longer one is told.
 */
function withoutRepeats(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(
      ([keyword, value]) =>
        keyword !== '$schema' &&
        keyword !== 'minLength' &&
        keyword !== 'maxLength' &&
        !(keyword === 'pattern' && 'format' in schema) &&
        !(typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER),
    ),
  );
}

/**
 * Of the envelope: names and types of what a result has at its top. Whoever reads a result sees the rest of it, the envelope is the
 * same for every tool and described once by the server, and every caller pays for the list in every run.
 */
function outputSchema(output: z.ZodObject): JsonSchema {
  const { properties = {} } = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' });
  const fields = Object.entries(properties).map(([name, schema]) => {
    const type = isSchema(schema) ? schema['type'] : undefined;
    return [name, type === undefined ? {} : { type }];
  });
  return { type: 'object', properties: { result: { type: 'object', properties: Object.fromEntries(fields) } } };
}

/** What a list says about a tool. */
export function toolListing(tool: AnyTool): ToolListing {
  const { name, description, openWorld = false } = tool;
  const input = z.toJSONSchema(tool.input.strict(), { io: 'input', unrepresentable: 'any' });
  return {
    name,
    description,
    inputSchema: { type: 'object', properties: {}, ...eachSchema(input, withoutRepeats) },
    outputSchema: outputSchema(tool.output),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: openWorld },
  };
}

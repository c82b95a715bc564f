import { z } from 'zod';
import type { AnyTool } from '../tool.js';

/** JSON Schema 2020-12, the default dialect of the Model Context Protocol. */
export type JsonSchema = Record<string, unknown>;

/** A tool as a caller sees it in a list. */
export interface ToolListing {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonSchema;
  /** Of the envelope that a call answers. */
  outputSchema: JsonSchema;
  /** Hints, all four of them: what is left out has a pessimistic default. */
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
}

/** Kept of an output schema: names and types. Whoever reads a result needs no more, and every caller pays for it. */
const OUTPUT_KEYWORDS = new Set([
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'prefixItems',
]);

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

/** Leaves out what only repeats: the dialect, the pattern of a named format, the range of every safe integer. */
function withoutRepeats(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(
      ([keyword, value]) =>
        keyword !== '$schema' &&
        !(keyword === 'pattern' && 'format' in schema) &&
        !(typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER),
    ),
  );
}

function onlyTypes(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => OUTPUT_KEYWORDS.has(keyword)));
}

function envelopeSchema(output: z.ZodObject): JsonSchema {
  const result = eachSchema(z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }), onlyTypes);
  return {
    type: 'object',
    properties: {
      result,
      overflow: { type: 'object' },
      truncated: { type: 'boolean' },
      meta: { type: 'object' },
    },
    required: ['truncated', 'meta'],
    additionalProperties: false,
  };
}

/** What a list says about a tool. */
export function toolListing(tool: AnyTool): ToolListing {
  const { name, title, description, openWorld = false } = tool;
  const input = z.toJSONSchema(tool.input.strict(), { io: 'input', unrepresentable: 'any' });
  return {
    name,
    title,
    description,
    inputSchema: { type: 'object', properties: {}, ...eachSchema(input, withoutRepeats) },
    outputSchema: envelopeSchema(tool.output),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: openWorld },
  };
}

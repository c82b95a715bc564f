import { z } from 'zod';
import type { AnyTool } from '../../tool.js';

/** Kept of an output schema, as the server lists it. */
const KEPT = new Set(['type', 'properties', 'required', 'items', 'enum', 'const', 'anyOf']);

function typesOnly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(typesOnly);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => KEPT.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (keyword === 'required' || keyword === 'enum') return [keyword, value];
      if (keyword !== 'properties') return [keyword, typesOnly(value)];
      return [
        keyword,
        Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, typesOnly(each)])),
      ];
    }),
  );
}

/** Tokens of a list of tools, by characters ÷ 4, without what the server adds to each: annotations and the envelope of results. */
export function listingTokens(tools: readonly AnyTool[]): number {
  const listed = tools.map(({ name, title, description, input, output }) => {
    const schema = z.toJSONSchema(input.strict(), { io: 'input' }) as Record<string, unknown>;
    delete schema['$schema'];
    // The format says it.
    const inputSchema = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
      key === 'pattern' && typeof value === 'string' && value.length > 100 ? undefined : value,
    ) as unknown;
    return {
      name,
      title,
      description,
      inputSchema,
      outputSchema: typesOnly(z.toJSONSchema(output)),
    };
  });
  return Math.ceil(JSON.stringify(listed).length / 4);
}

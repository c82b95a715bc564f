import { MemoryBlobs } from '@headroom/runtime';
import { allTools, defineTool, Toolbox, ToolError, type AnyTool } from '@headroom/tools';
import { createLogger, type Logger } from '@headroom/platform';
import { z } from 'zod';
import { startToolServer, type ToolServer, type ToolServerParts } from '../http/tool-server.app.js';
import { toolsOf } from '../mcp/tool.source.js';

/** Tools whose answers are known. */
export const fixtureTools: AnyTool[] = [
  defineTool({
    name: 'samples_list_rows',
    title: 'Rows',
    description: 'As many rows as asked for.',
    input: z.object({
      count: z.int().min(1).max(100_000).default(2).describe('rows'),
      service: z.string().optional().describe('name'),
    }),
    output: z.object({ rows: z.array(z.string()), total: z.int() }),
    run: async ({ count }) => ({
      data: { rows: Array.from({ length: count }, (_, n) => `row number ${n}`), total: count },
      source: 'rows in memory',
      trust: 'untrusted',
    }),
  }),
  defineTool({
    name: 'samples_hang',
    title: 'Hangs',
    description: 'Never answers.',
    input: z.object({}),
    output: z.object({}),
    run: () => new Promise<never>(() => undefined),
  }),
  defineTool({
    name: 'samples_refuse',
    title: 'Refuses',
    description: 'Always refuses.',
    input: z.object({}),
    output: z.object({}),
    run: () => Promise.reject(new ToolError('There is no service "wob"; try "web"')),
  }),
];

/** A tool-server that serves them on a free port of this machine. */
export function startFixtureServer(parts: Partial<ToolServerParts> = {}): Promise<ToolServer> {
  const blobs = new MemoryBlobs();
  const box = new Toolbox([...fixtureTools, ...allTools({ blobs })], {
    blobs,
    now: Date.now,
    budgetTokens: 2000,
    timeLimitMs: 300,
  });
  const logger = parts.logger ?? createLogger({ level: 'silent' });
  return startToolServer({ tools: toolsOf(box), version: '1.2.3', ...parts, logger });
}

/** A logger whose lines can be looked at. */
export function memoryLogger(): { logger: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const take = (fields: object, msg?: string) => void lines.push({ ...fields, msg });
  const logger = { debug: take, info: take, warn: take, error: take, fatal: take, trace: take } as unknown as Logger;
  return { logger, lines };
}

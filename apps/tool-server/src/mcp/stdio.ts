import { once } from 'node:events';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { mcpFactory, type McpOptions } from './mcp.factory.js';

/**
 * Serves tools on standard input and output until the input ends or the signal fires. Nothing else may write to standard output
 * meanwhile.
 */
export async function serveOnStdio(options: McpOptions, signal?: AbortSignal): Promise<void> {
  const { logger } = options;
  const handle = serveStdio(mcpFactory(options), {
    onerror: (error) => logger.debug({ err: error }, 'message refused'),
  });
  const ended = [once(process.stdin, 'end'), once(process.stdin, 'close')];
  if (signal) ended.push(signal.aborted ? Promise.resolve([]) : once(signal, 'abort'));
  await Promise.race(ended);
  await handle.close();
}

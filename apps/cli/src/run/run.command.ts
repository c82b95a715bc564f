import { once } from 'node:events';
import type { HeadroomError } from '@headroom/contracts';
import { createLogger, STANDARD_OUTPUT, type Logger } from '@headroom/platform';
import { openDistributed } from '@headroom/runtime';
import { logLevel } from '../log-level.js';
import { EXIT } from '../output.js';
import type { ProcessName } from '../stages.js';
import { stopSignals } from '../stop-signal.js';
import { runSettings, type RunOptions } from './run.settings.js';
import { StageProcess } from './stage.process.js';
import { TOOL_SERVER, ToolServerProcess } from './tool-server.process.js';
import { toolServerSettings } from './tool-server.settings.js';

/** What runs in a process of its own: a stage, or the tool-server. */
interface Running {
  start(): Promise<void>;
  /** Resolves when it cannot go on. */
  readonly failed: Promise<HeadroomError>;
  hurry?(): void;
  close(): Promise<void>;
}

async function listen(name: ProcessName, options: RunOptions, logger: Logger): Promise<Running> {
  if (name === TOOL_SERVER) return ToolServerProcess.listen(await toolServerSettings(options), logger);
  return StageProcess.listen(await runSettings(name, options), { logger, open: openDistributed });
}

/**
 * Runs one stage, or the tool-server, until it is told to stop. Standard output is its JSON log. The first signal drains, the second
 * one hurries, the third ends at once.
 */
export async function runCommand(stage: ProcessName, options: RunOptions & { logLevel: string }): Promise<number> {
  const logger = createLogger({ level: logLevel(options.logLevel), file: STANDARD_OUTPUT });
  const { stop, hurry } = stopSignals();
  const running = await listen(stage, options, logger);
  hurry.addEventListener('abort', () => running.hurry?.());
  try {
    const stopped = stop.aborted ? Promise.resolve() : once(stop, 'abort').then(() => undefined);
    const failure = await Promise.race([running.start().then(() => stopped), stopped, running.failed]);
    if (failure) throw failure;
    logger.info({ stage }, 'draining');
    await running.close();
    logger.info({ stage }, 'stopped');
    return EXIT.ok;
  } catch (error) {
    logger.fatal({ err: error, stage }, 'cannot go on');
    await running.close();
    throw error;
  }
}

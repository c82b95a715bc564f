import { once } from 'node:events';
import { createLogger, STANDARD_OUTPUT } from '@headroom/platform';
import { openDistributed } from '@headroom/runtime';
import { logLevel } from '../log-level.js';
import { EXIT } from '../output.js';
import type { StageName } from '../stages.js';
import { stopSignals } from '../stop-signal.js';
import { runSettings, type RunOptions } from './run.settings.js';
import { StageProcess } from './stage.process.js';

/**
 * Runs one stage until it is told to stop. Standard output is its JSON log. The first signal drains, the second one hurries,
 * the third ends at once.
 */
export async function runCommand(stage: StageName, options: RunOptions & { logLevel: string }): Promise<number> {
  const settings = await runSettings(stage, options);
  const logger = createLogger({ level: logLevel(options.logLevel), file: STANDARD_OUTPUT });
  const { stop, hurry } = stopSignals();
  const running = await StageProcess.listen(settings, { logger, open: openDistributed });
  hurry.addEventListener('abort', () => running.hurry());
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

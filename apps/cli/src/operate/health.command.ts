import { HeadroomError, messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { readHostFile } from '../host-file.js';
import { EXIT, print, printJson } from '../output.js';

const answerSchema = z.object({ status: z.string(), stages: z.record(z.string(), z.string()) });

async function ask(url: URL): Promise<z.infer<typeof answerSchema> & { ok: boolean }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { ok: response.ok, ...answerSchema.parse(await response.json()) };
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? 'its answer is not that of a stage' : messageOf((error as Error).cause ?? error);
    throw new HeadroomError(
      `${url.href} did not tell its health (${reason}). Is it the address that "headroom run" logged?`,
      {
        code: 'HEADROOM_HOST_UNREACHABLE',
        cause: error,
      },
    );
  }
}

/** Options of `headroom health`. */
export interface HealthOptions {
  /** Address of the stage. @default the host of the data directory */
  url?: string | undefined;
  data: string;
  live?: boolean;
  json?: boolean;
}

/**
 * Asks a stage whether it is ready (or live) and tells its words. Exit code 1 when it is not.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_HOST_UNREACHABLE`
 */
export async function healthCommand(options: HealthOptions): Promise<number> {
  const base = options.url ?? (await readHostFile(options.data))?.url;
  if (base === undefined || !URL.canParse(base)) {
    throw new HeadroomError('Name the stage with --url, for example --url http://127.0.0.1:8080.', {
      code: 'HEADROOM_USAGE',
    });
  }
  const url = new URL(options.live ? '/health/live' : '/health/ready', base);
  const { ok, status, stages } = await ask(url);
  if (options.json) printJson({ status, stages });
  else print([status, ...Object.entries(stages).map(([stage, words]) => `  ${stage}: ${words}`)].join('\n'));
  return ok ? EXIT.ok : EXIT.failed;
}

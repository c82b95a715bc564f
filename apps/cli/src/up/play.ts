import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { functionIdSchema, HeadroomError, messageOf, nameSchema } from '@headroom/contracts';
import { parse } from 'yaml';
import { z } from 'zod';

const commandSchema = z.array(z.string().min(1)).min(1);

const playSchema = z.strictObject({
  /** Configuration file, relative to the play's folder. */
  config: z.string().min(1),
  /** Builds the repository; `{repository}` is where it has to be. Its standard output is kept as the history. */
  prepare: commandSchema,
  /** Runs the service under load, deployment by deployment, and publishes what it measures. */
  drive: commandSchema,
  /** The opportunity to ask for afterwards. */
  request: z.strictObject({ service: nameSchema, subject: functionIdSchema }),
});

/** A scripted first run: a repository to build, a load to drive, an opportunity to ask for. */
export type Play = z.infer<typeof playSchema> & { dir: string };

/**
 * Reads `play.yaml` of a folder.
 * @throws HeadroomError `HEADROOM_PLAY_INVALID`
 */
export async function loadPlay(dir: string): Promise<Play> {
  try {
    const parsed = playSchema.parse(parse(await readFile(join(dir, 'play.yaml'), 'utf8')));
    return { ...parsed, dir: resolve(dir) };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new HeadroomError(`${join(dir, 'play.yaml')} cannot be played: ${reason}`, {
      code: 'HEADROOM_PLAY_INVALID',
      cause: error,
    });
  }
}

/** Options of {@link runPlayCommand}. */
export interface PlayCommandOptions {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Each line that the command writes to standard error. */
  onProgress: (line: string) => void;
}

/**
 * Runs a command of a play in its folder and returns its standard output. `node` means the Node.js that runs Headroom.
 * @throws HeadroomError `HEADROOM_PLAY_FAILED` with the last lines that it wrote
 */
export async function runPlayCommand(
  play: Play,
  command: readonly string[],
  options: PlayCommandOptions,
): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: play.dir,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGTERM',
  });
  const out: Buffer[] = [];
  const last: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    options.onProgress(line);
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code === 0) return Buffer.concat(out).toString('utf8');
  throw new HeadroomError(`"${command.join(' ')}" of the play failed with exit code ${code}:\n${last.join('\n')}`, {
    code: 'HEADROOM_PLAY_FAILED',
  });
}

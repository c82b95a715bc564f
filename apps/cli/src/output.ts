import { HeadroomError, messageOf } from '@headroom/contracts';
import { environment } from './environment.js';

/** Exit codes of every verb; documented in the README. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** It could not be done: the message says why and what to do. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Some or all of what was given was refused; the rest was accepted. */
  refused: 3,
  /** There is no such case, dead letter or file. */
  notFound: 4,
} as const;

/** Writes one line for a person to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes the one JSON document of a `--json` run to standard output, on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Progress and notices: standard error, so that standard output holds results only. */
export function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells a failure without a stack trace: what was wrong, its code, and in `--json` the same as data. */
export function reportFailure(error: unknown, json: boolean): number {
  const code = error instanceof HeadroomError ? error.code : 'HEADROOM_UNEXPECTED';
  if (json) printJson({ error: { code, message: messageOf(error) } });
  notice(`headroom: ${messageOf(error)} [${code}]`);
  if (code === 'HEADROOM_UNEXPECTED' && environment.debug && error instanceof Error) notice(error.stack ?? '');
  if (code.endsWith('NOT_FOUND')) return EXIT.notFound;
  if (code === 'HEADROOM_COMMAND_REFUSED') return EXIT.refused;
  const isUsage =
    ['HEADROOM_USAGE', 'HEADROOM_FUNCTION_ID_INVALID'].includes(code) ||
    code.startsWith('HEADROOM_CONFIG_') ||
    code.endsWith('_URL_INVALID');
  return isUsage ? EXIT.usage : EXIT.failed;
}

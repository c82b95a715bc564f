import { pino, type Logger } from 'pino';

export type { Logger };

/** For {@link LoggerOptions.file}: a process whose log is all that it says. */
export const STANDARD_OUTPUT = 1;

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Lowest level written. @default 'info' */
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** A file to append to, or standard output. @default standard error, so that standard output stays the command's */
  file?: string | typeof STANDARD_OUTPUT;
}

/** JSON logs, one object a line. Static messages, facts in fields, never payloads or secrets. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const destination = pino.destination({ dest: options.file ?? 2, mkdir: true, sync: true });
  return pino(
    { level: options.level ?? 'info', base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
}

import { HeadroomError } from '@headroom/contracts';
import type { LoggerOptions } from '@headroom/platform';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Reads a log level.
 * @throws HeadroomError `HEADROOM_USAGE`
 */
export function logLevel(text: string): NonNullable<LoggerOptions['level']> {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level) return level;
  throw new HeadroomError(`--log-level is one of ${LOG_LEVELS.join(', ')}, not "${text}".`, { code: 'HEADROOM_USAGE' });
}

import type { LogLevel } from './logger.ts';

export interface Config {
  host: string;
  port: number;
  logLevel: LogLevel;
  /** How long a loaded catalogue is served before it is read again. */
  catalogueTtlSeconds: number;
  /** Delivery is free from this goods total, in cents. */
  freeDeliveryCents: number;
  defaultCountry: string;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

function integer(env: NodeJS.ProcessEnv, key: string, fallback: number): number {
  const text = env[key];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${key} must be a whole number, found "${text}"`);
  return value;
}

function level(env: NodeJS.ProcessEnv): LogLevel {
  const text = env['LOG_LEVEL'] ?? 'info';
  const found = LEVELS.find((candidate) => candidate === text);
  if (!found) throw new Error(`LOG_LEVEL must be one of ${LEVELS.join(', ')}, found "${text}"`);
  return found;
}

export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: integer(env, 'PORT', 8080),
    logLevel: level(env),
    catalogueTtlSeconds: integer(env, 'CATALOGUE_TTL_SECONDS', 300),
    freeDeliveryCents: integer(env, 'FREE_DELIVERY_CENTS', 5000),
    defaultCountry: env['DEFAULT_COUNTRY'] ?? 'NL',
  };
}

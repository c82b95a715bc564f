/** What the fixtures logged, in order: level, fields of the child loggers, arguments. */
export const records: unknown[][] = [];

/** A small structured logger with the methods that the fixtures call. */
export class Logger {
  readonly #fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown> = {}) {
    this.#fields = fields;
  }

  child(fields: Record<string, unknown>): Logger {
    return new Logger({ ...this.#fields, ...fields });
  }

  debug(...parts: unknown[]): void {
    this.log('debug', ...parts);
  }

  info(...parts: unknown[]): void {
    this.log('info', ...parts);
  }

  warn(...parts: unknown[]): void {
    this.log('warn', ...parts);
  }

  error(...parts: unknown[]): void {
    this.log('error', ...parts);
  }

  log(level: string, ...parts: unknown[]): void {
    records.push(JSON.parse(JSON.stringify([level, this.#fields, ...parts])));
  }
}

export const logger = new Logger();

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Record<string, unknown>;

const SEVERITY = { debug: 10, info: 20, warn: 30, error: 40 } satisfies Record<LogLevel, number>;

const HIDDEN = new Set(['email', 'phone', 'address', 'card', 'token', 'password']);

/** Personal data and secrets never reach the log, however deep they lie in what is logged. */
function hideSecrets(key: string, value: unknown): unknown {
  return HIDDEN.has(key) ? '[hidden]' : value;
}

/** Writes one JSON object a line to stdout. */
export class Logger {
  readonly component: string;
  readonly level: LogLevel;
  private readonly bound: Fields;

  constructor(component: string, level: LogLevel, bound: Fields = {}) {
    this.component = component;
    this.level = level;
    this.bound = bound;
  }

  child(component: string, bound: Fields = {}): Logger {
    return new Logger(component, this.level, { ...this.bound, ...bound });
  }

  debug(message: string, fields?: Fields): void {
    this.write('debug', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.write('info', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.write('warn', message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.write('error', message, fields);
  }

  private write(level: LogLevel, message: string, fields?: Fields): void {
    if (SEVERITY[level] < SEVERITY[this.level]) return;
    const record = {
      time: new Date().toISOString(),
      level,
      component: this.component,
      message,
      ...this.bound,
      ...fields,
    };
    process.stdout.write(JSON.stringify(record, hideSecrets) + '\n');
  }
}

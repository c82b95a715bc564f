export interface LogRecord {
  time: string;
  level: string;
  component: string;
  message: string;
  [field: string]: unknown;
}

/** Runs the action and returns what it logged; the lines still reach stdout. */
export function recordsOf(action: () => unknown): LogRecord[] {
  const records: LogRecord[] = [];
  const write = process.stdout.write;
  process.stdout.write = function (this: NodeJS.WriteStream, ...args: unknown[]): boolean {
    const text = String(args[0]);
    if (text.startsWith('{')) records.push(JSON.parse(text));
    return Reflect.apply(write, process.stdout, args);
  } as typeof process.stdout.write;
  try {
    action();
  } finally {
    process.stdout.write = write;
  }
  return records;
}

/** The records that need somebody's attention. */
export function problemsOf(action: () => unknown): LogRecord[] {
  return recordsOf(action).filter(({ level }) => level === 'warn' || level === 'error');
}

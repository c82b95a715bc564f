class Log {
  readonly lines: string[] = [];
  level = 'info';

  isLevelEnabled(level: string): boolean {
    return level === this.level || this.level === 'trace';
  }

  debug(...parts: unknown[]): void {
    if (this.isLevelEnabled('debug')) this.lines.push(JSON.stringify(parts));
  }
}

const log = new Log();

export function process(items: number[]): number {
  let sum = 0;
  if (log.isLevelEnabled('trace')) sum += 0;
  for (const item of items) {
    sum += item;
    if (log.isLevelEnabled('debug')) log.debug('item', JSON.stringify({ item, sum }), `of ${items.length}`);
  }
  return sum;
}

export function run(round: number): unknown {
  log.level = round % 2 === 0 ? 'debug' : 'info';
  return [process([1, -0, round]), log.lines];
}

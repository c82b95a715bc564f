interface Leveled {
  isLevelEnabled(level: string): boolean;
  debug(text: string): void;
}

export function start(log: Leveled) {
  if (log.isLevelEnabled('debug')) log.debug('started');
}

export function each(log: Console, xs: string[]) {
  for (const x of xs) {
    log.debug(`one ${x.trim()}`);
  }
}

interface Leveled {
  isLevelEnabled(level: string): boolean;
  debug(text: string): void;
}

export class Start {
  constructor(private readonly log: Leveled) {}
  run() {
    if (this.log.isLevelEnabled('debug')) this.log.debug('started');
  }
}

export class Each {
  constructor(private readonly log: Console) {}
  run(xs: string[]) {
    for (const x of xs) {
      this.log.debug(`one ${x.trim()}`);
    }
  }
}

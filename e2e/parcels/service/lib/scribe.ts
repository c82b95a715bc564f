export enum Severity {
  Debug = 'DEBUG',
  Info = 'INFO',
  Warn = 'WARN',
  Error = 'ERROR',
}

const ORDER = [Severity.Debug, Severity.Info, Severity.Warn, Severity.Error];

export type Details = Readonly<Record<string, unknown>>;

/** Writes what happens, one JSON document a line, to the error output: the output is for results. */
export class Scribe {
  constructor(
    private readonly source: string,
    private readonly from: Severity = Severity.Info,
  ) {}

  debug(text: string, details?: Details): void {
    this.put(Severity.Debug, text, details);
  }

  info(text: string, details?: Details): void {
    this.put(Severity.Info, text, details);
  }

  warn(text: string, details?: Details): void {
    this.put(Severity.Warn, text, details);
  }

  error(text: string, details?: Details): void {
    this.put(Severity.Error, text, details);
  }

  private put(severity: Severity, text: string, details?: Details): void {
    if (ORDER.indexOf(severity) < ORDER.indexOf(this.from)) return;
    const entry = { at: new Date().toISOString(), severity, source: this.source, text, ...details };
    process.stderr.write(`${JSON.stringify(entry)}\n`);
  }
}

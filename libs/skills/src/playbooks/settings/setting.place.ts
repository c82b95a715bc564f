/** A place of a file of settings where a plain value is written. */
export interface SettingPlace {
  /** Keys from the outermost. */
  readonly keys: readonly string[];
  /** The value as a program reads it. */
  readonly value: string;
  /** Offsets of what is written for the value, its quotes included. */
  readonly start: number;
  readonly end: number;
  /** What to write there for another value; undefined where it cannot be written in this place. */
  readonly written: (value: string) => string | undefined;
}

/** Reads the plain values of a file of settings; undefined where its syntax is not understood. */
export type SettingReader = (source: string) => readonly SettingPlace[] | undefined;

/** Numbers and truth values, which every format writes alike. */
const LITERAL = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/;

/** Whether a value is written without quotes in every format. */
export function isLiteral(value: string): boolean {
  return LITERAL.test(value);
}

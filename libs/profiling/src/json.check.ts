/** Reads values of an unknown JSON document; the first that does not fit goes to `refuse` with its JSON path. */
export class JsonCheck {
  readonly #refuse: (path: string, reason: string, cause?: unknown) => Error;

  constructor(refuse: (path: string, reason: string, cause?: unknown) => Error) {
    this.#refuse = refuse;
  }

  fail(path: string, reason: string, cause?: unknown): never {
    throw this.#refuse(path, reason, cause);
  }

  object(value: unknown, path: string): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#mismatch(path, 'an object', value);
    return value as Record<string, unknown>;
  }

  array(value: unknown, path: string): readonly unknown[] {
    if (!Array.isArray(value)) this.#mismatch(path, 'an array', value);
    return value as unknown[];
  }

  optionalArray(value: unknown, path: string): readonly unknown[] {
    return value === undefined ? [] : this.array(value, path);
  }

  string(value: unknown, path: string): string {
    if (typeof value !== 'string') this.#mismatch(path, 'a string', value);
    return value;
  }

  boolean(value: unknown, path: string): boolean {
    if (typeof value !== 'boolean') this.#mismatch(path, 'true or false', value);
    return value;
  }

  oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
    const found = allowed.find((one) => one === value);
    return found ?? this.#mismatch(path, allowed.map((one) => `"${one}"`).join(' or '), value);
  }

  number(value: unknown, path: string): number {
    if (typeof value !== 'number' || !Number.isFinite(value)) this.#mismatch(path, 'a finite number', value);
    return value;
  }

  amount(value: unknown, path: string): number {
    const number = this.number(value, path);
    return number < 0 ? this.#mismatch(path, 'at least 0', value) : number;
  }

  integer(value: unknown, path: string): number {
    if (!Number.isSafeInteger(value)) this.#mismatch(path, 'an integer', value);
    return value as number;
  }

  /** An integer from 0 to below `length`. */
  index(value: unknown, path: string, length: number): number {
    const index = this.integer(value, path);
    return index < 0 || index >= length ? this.#mismatch(path, `an index below ${length}`, value) : index;
  }

  #mismatch(path: string, wanted: string, value: unknown): never {
    return this.fail(path, `must be ${wanted}, found ${describe(value)}`);
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

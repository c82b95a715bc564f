/** Options of {@link HeadroomError}. */
export interface HeadroomErrorOptions {
  /** Stable, searchable name of the failure, prefix `HEADROOM_`. */
  code: `HEADROOM_${string}`;
  /** Whether the same call may succeed later without anybody changing anything. @default false */
  retryable?: boolean;
  /** The error that led to this one. */
  cause?: unknown;
  /** Facts for a program: paths, names, limits. Never secrets or payloads. */
  details?: Readonly<Record<string, unknown>>;
}

/** Every failure that Headroom raises on purpose. The message says what was wrong and what to do about it. */
export class HeadroomError extends Error {
  override readonly name: string = 'HeadroomError';
  readonly code: `HEADROOM_${string}`;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: HeadroomErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

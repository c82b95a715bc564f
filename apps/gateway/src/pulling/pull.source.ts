/** A stretch of time, milliseconds since 1970. */
export interface PullWindow {
  startMs: number;
  endMs: number;
}

/** A profile as a source gave it. */
export interface PulledProfile {
  bytes: Uint8Array;
  /** Tells it from others of the same window; undefined = it is the only one. */
  part?: string;
  /** The commit that its source says it is of. */
  version?: string;
  /** Its deployment, where the source names it. */
  deployment?: string;
  /** The stretch, where the profile itself does not tell it. */
  startedAt?: string;
  endedAt?: string;
}

/** Something that has profiles of one service. */
export interface PullSource {
  /** Which source it is, the same for every process: part of the ids of its events. */
  readonly key: string;
  /** Where it is, for a person; without credentials and query. */
  readonly address: string;
  /** How long after a window began its profile may be asked for, milliseconds. */
  readonly readyAfterMs: number;
  /**
   * The profiles of a window.
   * @throws HeadroomError, retryable where it is away, with one sentence of what to do
   */
  pull(window: PullWindow, signal: AbortSignal): Promise<PulledProfile[]>;
}

import type { TimeWindow } from '@headroom/indexes';

/** A change of who sees what. */
export interface ExposureChange {
  /** ISO 8601. */
  at: string;
  /** One sentence. */
  change: string;
  /** Share of the traffic that was exposed before and after, 0 to 1; absent = not known. */
  before?: number;
  after?: number;
}

/** A variant of an experiment, or a value of a flag. */
export interface Variant {
  id: string;
  name: string;
  /** Share of the exposed, 0 to 1. */
  weight?: number;
}

/** An experiment, or a feature flag. */
export interface Experiment {
  id: string;
  name: string;
  kind: 'experiment' | 'flag';
  status: string;
  /** Services that it runs on; empty = nobody says, so it may be any. */
  services: string[];
  /** ISO 8601; absent = not known. */
  start?: string;
  /** Absent = it still runs, or not known. */
  end?: string;
  owner?: string;
  variants: Variant[];
  /** Earliest first. */
  exposure: ExposureChange[];
}

/** What one variant did to one metric. */
export interface ExperimentResult {
  metric: string;
  variant: string;
  users?: number;
  mean?: number;
  /** Against the control, as a ratio: 0.05 is 5 % more. */
  change?: number;
  ci_low?: number;
  ci_high?: number;
  p_value?: number;
  chance_to_beat_control?: number;
}

/** What is known about the outcome of an experiment. */
export interface ExperimentResults {
  id: string;
  name: string;
  status: string;
  updated_at?: string;
  /** What people concluded. */
  conclusion?: string;
  results: ExperimentResult[];
  notes: string[];
  source: string;
}

/** Experiments of a window. */
export interface ExperimentListing {
  experiments: Experiment[];
  notes: string[];
  source: string;
}

/** Where experiments and flags are kept. What it says was written by people: untrusted. */
export interface ExperimentSource {
  readonly name: string;
  /**
   * What was active on a service in a window, at least for a part of it; earliest start first, then by id.
   * @throws ToolError
   */
  active(service: string, window: TimeWindow, signal: AbortSignal): Promise<ExperimentListing>;
  /**
   * Results of an experiment; undefined where the source does not know it.
   * @throws ToolError
   */
  results(id: string, signal: AbortSignal): Promise<ExperimentResults | undefined>;
}

/** Whether a stretch that may be open at its ends touches a window. */
export function touches(start: string | undefined, end: string | undefined, window: TimeWindow): boolean {
  const began = start === undefined || Date.parse(start) < Date.parse(window.to);
  return began && (end === undefined || Date.parse(end) > Date.parse(window.from));
}

/** Whether a time lies in a window. */
export function isWithin(at: string, window: TimeWindow): boolean {
  return Date.parse(at) >= Date.parse(window.from) && Date.parse(at) < Date.parse(window.to);
}

/** Order of a listing. */
export function byStart(a: Experiment, b: Experiment): number {
  const [first, second] = [a, b].map(
    ({ start, id }) => `${start === undefined ? '' : new Date(start).toISOString()} ${id}`,
  );
  if (first === second) return 0;
  return first! < second! ? -1 : 1;
}

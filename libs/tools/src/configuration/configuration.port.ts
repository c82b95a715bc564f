import type { TimeWindow } from '@headroom/indexes';

/** One setting before and after; null = it was not there. Secrets are replaced. */
export interface SettingChange {
  /** With its path in the file: `database.pool.max`. */
  key: string;
  /** File that holds it, where there is one. */
  file?: string;
  before: string | null;
  after: string | null;
}

/** A change of configuration as it took effect, or as it was recorded. */
export interface ConfigurationChange {
  /** What {@link ConfigurationSource.change} takes. */
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  services: string[];
  environment?: string;
  author?: string;
  /** Why, in the words of who did it. */
  reason?: string;
  settings: SettingChange[];
  /** What could not be read as settings, and why. */
  notes: string[];
}

/** A change with its text. */
export interface ConfigurationDiff extends ConfigurationChange {
  /** Unified diff, where the source has text. Secrets are replaced. */
  diff?: string;
  source: string;
}

/** Changes of a window. */
export interface ConfigurationListing {
  /** Latest first, then by id. */
  changes: ConfigurationChange[];
  notes: string[];
  source: string;
}

/** Where the history of configuration is kept. Keys, values and reasons were written by people: untrusted. */
export interface ConfigurationSource {
  /** What its ids begin with, before a colon. */
  readonly name: string;
  /** @throws HeadroomError where it cannot be read */
  changes(service: string, window: TimeWindow, signal: AbortSignal): Promise<ConfigurationListing>;
  /** A change by its id without the name; undefined where there is none. */
  change(id: string, signal: AbortSignal): Promise<ConfigurationDiff | undefined>;
}

/** Order of a listing. */
export function latestFirst(a: ConfigurationChange, b: ConfigurationChange): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

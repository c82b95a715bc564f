import type { Profile } from '@headroom/contracts';
import type { TimeWindow } from './change.index.js';

/** Which profiles there are of a service; their stacks lie in the blob store under `profile.sha256`. */
export interface ProfileIndex {
  /** Services that have profiles, sorted. */
  services(): Promise<string[]>;
  /** Profiles of a service whose stretch overlaps a window, earliest first; empty for a service that nothing is known of. */
  profiles(service: string, window: TimeWindow): Promise<Profile[]>;
}

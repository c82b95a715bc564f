import type { Profile } from '@headroom/contracts';
import type { TimeWindow } from '@headroom/indexes';
import type { Stacks } from '@headroom/profiling';

/** Profiles that can be looked at. */
export interface ProfileSource {
  /** Where they are, for a reader. */
  readonly name: string;
  /** Services that have some, sorted. */
  services(): Promise<string[]>;
  /** Profiles of a service that overlap a window, earliest first. */
  profiles(service: string, window: TimeWindow): Promise<Profile[]>;
  /** The stacks of one of them. */
  stacks(profile: Profile): Promise<Stacks>;
}

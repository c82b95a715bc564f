import type { Profile } from '@headroom/contracts';
import type { TimeWindow } from '@headroom/indexes';
import type { Stacks } from '@headroom/profiling';

/** A profile as a source lists it: what may be known without reading it. */
export type ListedProfile = Omit<Profile, 'samples' | 'format' | 'profile'> & Partial<Pick<Profile, 'samples'>>;

/** Profiles that can be looked at. */
export interface ProfileSource<Each extends ListedProfile = ListedProfile> {
  /** Where they are, for a reader. */
  readonly name: string;
  /** Services that have some, sorted. */
  services(signal?: AbortSignal): Promise<string[]>;
  /** Profiles of a service that overlap a window, earliest first. */
  profiles(service: string, window: TimeWindow, signal?: AbortSignal): Promise<Each[]>;
  /** The stacks of one of them. */
  stacks(profile: Each, signal?: AbortSignal): Promise<Stacks>;
}

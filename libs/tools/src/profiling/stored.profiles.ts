import type { Profile } from '@headroom/contracts';
import type { ProfileIndex, TimeWindow } from '@headroom/indexes';
import { decodeStacks, type Stacks } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';
import type { ProfileSource } from './profile.port.js';

/** The profiles that were published to Headroom. */
export class StoredProfiles implements ProfileSource<Profile> {
  readonly name = 'profiles published to Headroom';
  readonly #index: ProfileIndex;
  readonly #blobs: BlobStore;

  constructor(index: ProfileIndex, blobs: BlobStore) {
    this.#index = index;
    this.#blobs = blobs;
  }

  services(): Promise<string[]> {
    return this.#index.services();
  }

  profiles(service: string, window: TimeWindow): Promise<Profile[]> {
    return this.#index.profiles(service, window);
  }

  async stacks({ profile }: Profile): Promise<Stacks> {
    return decodeStacks(await this.#blobs.get(profile));
  }
}

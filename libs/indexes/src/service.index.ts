import type { Change, Profile } from '@headroom/contracts';
import type { KeyValueStore } from '@headroom/runtime';
import type { ChangeIndex, TimeWindow } from './change.index.js';
import type { ProfileIndex } from './profile.index.js';

/** How long an entry is kept, milliseconds: the detector's windows and ninety days. */
const RETENTION_MS = 180 * 86_400_000;

const SERVICES = 'index:service:';
const DEPLOYED = 'index:deployed:';

function changesOf(service: string): string {
  return `index:change:${encodeURIComponent(service)}/`;
}

function profilesOf(service: string): string {
  return `index:profile:${encodeURIComponent(service)}/`;
}

function byTime<Entry>(at: (entry: Entry) => string, id: (entry: Entry) => string) {
  return (a: Entry, b: Entry): number => Date.parse(at(a)) - Date.parse(at(b)) || (id(a) < id(b) ? -1 : 1);
}

/**
 * What is known of services, in the key-value store. Written by the detector that owns a service's partition, once for each
 * event however often that arrives; read by every stage that looks back.
 */
export class ServiceIndex implements ChangeIndex, ProfileIndex {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Takes in a change; one of the same deployment is replaced. */
  async putChange(change: Change): Promise<void> {
    await this.#put(`${changesOf(change.service)}${encodeURIComponent(change.deployment)}`, change);
    await this.#put(`${DEPLOYED}${encodeURIComponent(change.service)}`, true);
  }

  /** Takes in a profile; the same one again changes nothing. */
  async putProfile(profile: Profile): Promise<void> {
    const { service, deployment, startedAt } = profile;
    const place = [deployment, startedAt, profile.profile.sha256].map(encodeURIComponent).join('/');
    await this.#put(`${profilesOf(service)}${place}`, profile);
    await this.#put(`${SERVICES}${encodeURIComponent(service)}`, true);
  }

  async #put(key: string, value: unknown): Promise<void> {
    await this.#store.put(key, value);
    await this.#store.expire(key, RETENTION_MS);
  }

  async services(): Promise<string[]> {
    return this.#names(SERVICES);
  }

  async deployedServices(): Promise<string[]> {
    return this.#names(DEPLOYED);
  }

  async #names(prefix: string): Promise<string[]> {
    const found = await this.#store.list(prefix);
    return found.map(({ key }) => decodeURIComponent(key.slice(prefix.length))).sort();
  }

  async changes(service: string, { from, to }: TimeWindow): Promise<Change[]> {
    const [first, last] = [Date.parse(from), Date.parse(to)];
    const found = await this.#store.list<Change>(changesOf(service));
    return found
      .map(({ value }) => value)
      .filter(({ deployedAt }) => Date.parse(deployedAt) >= first && Date.parse(deployedAt) < last)
      .sort(
        byTime(
          ({ deployedAt }) => deployedAt,
          ({ deployment }) => deployment,
        ),
      );
  }

  async profiles(service: string, { from, to }: TimeWindow): Promise<Profile[]> {
    const [first, last] = [Date.parse(from), Date.parse(to)];
    const found = await this.#store.list<Profile>(profilesOf(service));
    return found
      .map(({ value }) => value)
      .filter(({ startedAt, endedAt }) => Date.parse(endedAt) > first && Date.parse(startedAt) < last)
      .sort(
        byTime(
          ({ startedAt }) => startedAt,
          ({ profile }) => profile.sha256,
        ),
      );
  }
}

import type { Signal } from '@headroom/contracts';
import type { KnownOpportunity } from '@headroom/indexes';
import type { KeyValueStore } from '@headroom/runtime';

/** What the last look at a service saw. */
export interface ScanState {
  /** What the result follows from: commit, profiles, skills, bounds, policy. */
  seen: string;
  /** By rank. */
  opportunities: KnownOpportunity[];
}

/** A case that a standing permission began. */
export interface AdmittedCase {
  caseId: string;
  opportunity: string;
  /** What asked for it; asked again until the case is there. */
  signal: Signal;
}

const ROOM = 'context-gatherer:opportunities';
const ASKED = `${ROOM}:asked:`;
const SCANS = `${ROOM}:scan:`;

function windowKey(service: string): string {
  return `${ROOM}:window:${encodeURIComponent(service)}`;
}

/** What the scanner remembers of services. */
export class ScanMemory {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Name of the lease under which a service is looked at. */
  leaseOf(service: string): string {
    return `${SCANS}${encodeURIComponent(service)}`;
  }

  /** What was seen of every service, whether it is still configured or not. */
  async all(): Promise<(ScanState & { service: string })[]> {
    const found = await this.#store.list<ScanState>(SCANS);
    return found.map(({ key, value }) => ({ ...value, service: decodeURIComponent(key.slice(SCANS.length)) }));
  }

  async forget(service: string): Promise<void> {
    await this.#store.delete(this.leaseOf(service));
    await this.#store.delete(windowKey(service));
  }

  /** Of the schedule's windows, the last one of which all is done: looked, told and asked for. */
  window(service: string): Promise<number | undefined> {
    return this.#store.get<number>(windowKey(service));
  }

  async finish(service: string, window: number): Promise<void> {
    await this.#store.put(windowKey(service), window);
  }

  last(service: string): Promise<ScanState | undefined> {
    return this.#store.get<ScanState>(this.leaseOf(service));
  }

  async remember(service: string, state: ScanState): Promise<void> {
    await this.#store.put(this.leaseOf(service), state);
  }

  /** Cases that the standing permission of a service began and that may still be open. */
  async admitted(service: string): Promise<AdmittedCase[]> {
    return (await this.#store.get<AdmittedCase[]>(`${ROOM}:admitted:${encodeURIComponent(service)}`)) ?? [];
  }

  async rememberAdmitted(service: string, cases: readonly AdmittedCase[]): Promise<void> {
    await this.#store.put(`${ROOM}:admitted:${encodeURIComponent(service)}`, cases);
  }

  /** Notes that somebody wants a service to be looked at, whoever does it and when. */
  async ask(service: string): Promise<void> {
    await this.#store.put(`${ASKED}${encodeURIComponent(service)}`, true);
  }

  /** Services that somebody wants to be looked at, sorted. */
  async asked(): Promise<string[]> {
    return (await this.#store.list(ASKED)).map(({ key }) => decodeURIComponent(key.slice(ASKED.length)));
  }

  async answered(service: string): Promise<void> {
    await this.#store.delete(`${ASKED}${encodeURIComponent(service)}`);
  }
}

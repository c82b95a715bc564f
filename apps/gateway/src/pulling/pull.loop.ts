import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Logger, PullSettings } from '@headroom/platform';
import { underLease, type KeyValueStore } from '@headroom/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import type { PulledProfiles } from './pulled.profiles.js';
import type { PullSource, PullWindow } from './pull.source.js';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 300_000;
/** Long after a window nobody asks for it any more. */
const REMEMBERED_MS = 7 * 24 * 3600 * 1000;

/** What {@link PullLoop} is made from. */
export interface PullLoopOptions {
  settings: PullSettings;
  source: PullSource;
  profiles: PulledProfiles;
  store: KeyValueStore;
  logger: Logger;
  /** Names this process to whoever finds the lease taken. */
  owner: string;
}

/** Asks one source window by window: never twice at once, in whatever process, and never for a window that is done. */
export class PullLoop {
  readonly #options: PullLoopOptions;
  readonly #key: string;
  readonly #everyMs: number;
  #failures = 0;
  /** Told once until it goes well again. */
  #isAway = false;

  constructor(options: PullLoopOptions) {
    this.#options = options;
    const { service, environment, everySeconds } = options.settings;
    this.#key = `gateway:pull:${[service, environment, options.source.key].map(encodeURIComponent).join('/')}`;
    this.#everyMs = everySeconds * 1000;
  }

  /** Runs until the signal ends it; a pull that is under way is given up. */
  async run(signal: AbortSignal): Promise<void> {
    let next = this.#newest();
    while (!signal.aborted) {
      const waitMs = await this.#turn(next, signal);
      next = waitMs === undefined ? Math.max(next + 1, this.#newest()) : this.#newest();
      const dueMs = next * this.#everyMs + this.#options.source.readyAfterMs - Date.now();
      await delay(Math.max(waitMs ?? 0, dueMs, 0), undefined, { signal }).catch(() => undefined);
    }
  }

  /** The newest window that may be asked for. */
  #newest(): number {
    return Math.floor((Date.now() - this.#options.source.readyAfterMs) / this.#everyMs);
  }

  /** Pulls a window; gives how long to wait before it is tried again, undefined where that makes no sense. */
  async #turn(index: number, signal: AbortSignal): Promise<number | undefined> {
    const { store, owner } = this.#options;
    try {
      await underLease(store, { key: this.#key, owner }, () => this.#pull(index, signal));
    } catch (error) {
      if (signal.aborted) return undefined;
      const isElsewhere = error instanceof HeadroomError && error.code === 'HEADROOM_LEASE_HELD';
      return isElsewhere ? undefined : this.#failed(error);
    }
    this.#recovered();
    return undefined;
  }

  async #pull(index: number, signal: AbortSignal): Promise<void> {
    const { settings, source, profiles, store } = this.#options;
    const done = await store.get<number>(this.#key);
    if (done !== undefined && done >= index) return;
    const window: PullWindow = { startMs: index * this.#everyMs, endMs: (index + 1) * this.#everyMs };
    const pulled = await source.pull(window, signal);
    // Units are told of all deployments together: of several in one window nobody knows which did how many.
    const asked = pulled.length > 1 ? { ...settings, unitsFrom: undefined } : settings;
    for (const each of pulled) await profiles.take(each, { settings: asked, source, window }, signal);
    await store.put(this.#key, index);
    await store.expire(this.#key, REMEMBERED_MS);
  }

  #failed(error: unknown): number | undefined {
    const { logger, settings, source } = this.#options;
    const retryable = !(error instanceof HeadroomError) || error.retryable;
    const facts = { service: settings.service, address: source.address, reason: messageOf(error) };
    if (this.#isAway) logger.debug(facts, 'still no profile could be pulled');
    else logger.warn(facts, 'no profile could be pulled; it is tried again, and told when it goes well');
    this.#isAway = true;
    this.#failures += 1;
    return retryable ? Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS) : undefined;
  }

  #recovered(): void {
    const { logger, settings, source } = this.#options;
    if (this.#isAway) logger.info({ service: settings.service, address: source.address }, 'profiles are pulled again');
    this.#isAway = false;
    this.#failures = 0;
  }
}

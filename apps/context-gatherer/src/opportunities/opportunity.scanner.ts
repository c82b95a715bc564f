import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError, messageOf, opportunityState } from '@headroom/contracts';
import { projectedCases, ServiceIndex } from '@headroom/indexes';
import type { HeadroomConfig, Logger } from '@headroom/platform';
import { EventPublisher, underLease, type BlobStore, type KeyValueStore } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, LOGGER } from '@headroom/runtime/nest';
import type { ServiceRepositories } from '@headroom/workspace';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { SkillsPlace } from '@headroom/skills';
import { CONFIGURATION, REPOSITORIES, SKILLS_DIR, type Configuration } from '../tokens.js';
import { ScanMemory } from './scan.state.js';
import { scanService, type ScanParts, type ScanTurn } from './service.scan.js';
import { admitByPermission } from './standing.permission.js';

/** How soon what could not be done is tried again: first, and at the longest. Milliseconds. */
const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 600_000;

interface WindowTurn extends ScanTurn {
  /** Of the schedule. */
  window: number;
}

/**
 * Looks at one service after another for opportunities: on a schedule, and when somebody asks. Each service in one process at a time, by
 * lease, and once a window of the schedule.
 */
@Injectable()
export class OpportunityScanner implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #stopping = new AbortController();
  readonly #owner = randomUUID();
  readonly #parts: ScanParts;
  readonly #memory: ScanMemory;
  readonly #store: KeyValueStore;
  readonly #index: ServiceIndex;
  readonly #config: HeadroomConfig;
  readonly #logger: Logger;
  #wake: () => void = () => undefined;
  #isWoken = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(EventPublisher) publisher: EventPublisher,
    @Inject(LOGGER) logger: Logger,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(SKILLS_DIR) skillsDir: SkillsPlace,
    @Inject(CONFIGURATION) { config }: Configuration,
  ) {
    this.#store = store;
    this.#index = new ServiceIndex(store);
    this.#memory = new ScanMemory(store);
    this.#config = config;
    this.#logger = logger;
    const memory = this.#memory;
    this.#parts = { repositories, profiles: this.#index, blobs, publisher, memory, skillsDir, logger };
  }

  onApplicationBootstrap(): void {
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Gives up what is under way: it is begun anew by the next process. */
  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  /** Has a service looked at soon, here or in another process. Returns when that is noted. */
  async ask(service: string): Promise<void> {
    await this.#memory.ask(service);
    this.#isWoken = true;
    this.#wake();
  }

  get #everyMs(): number {
    return this.#config.opportunities.everyMinutes * 60_000;
  }

  #window(): number {
    return this.#everyMs > 0 ? Math.floor(Date.now() / this.#everyMs) : -1;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let done = -1;
    let failures = 0;
    while (!signal.aborted) {
      const window = this.#window();
      this.#isWoken = false;
      const isWhole = await this.#round({ window, isDue: window > done, signal });
      failures = isWhole ? 0 : failures + 1;
      if (isWhole) done = window;
      const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
      await this.#rest(isWhole ? undefined : retryMs, signal);
    }
  }

  /** Until the next window, a question, or the end. */
  async #rest(atMostMs: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#isWoken || signal.aborted) return;
    const dueMs = this.#everyMs > 0 ? (this.#window() + 1) * this.#everyMs - Date.now() : undefined;
    const waits = [dueMs, atMostMs].filter((each) => each !== undefined);
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const forMs = waits.length === 0 ? 2 ** 31 - 1 : Math.max(Math.min(...waits), 1);
    await delay(forMs, undefined, { signal: woken.signal }).catch(() => undefined);
  }

  /** Whether all that was to be done is done. */
  async #round({ window, isDue, signal }: { window: number; isDue: boolean; signal: AbortSignal }): Promise<boolean> {
    try {
      const asked = await this.#memory.asked();
      const due = isDue ? (await this.#index.services()).filter((service) => this.#config.services[service]) : [];
      let isWhole = true;
      for (const service of asked) {
        const isDone = await this.#look(service, { window, isForced: true, signal });
        if (isDone) await this.#memory.answered(service);
        isWhole &&= isDone;
      }
      for (const service of due.filter((each) => !asked.includes(each))) {
        const isDone = await this.#look(service, { window, signal });
        isWhole &&= isDone;
      }
      if (isDue) await this.#retire();
      return isWhole;
    } catch (error) {
      if (!signal.aborted) this.#logger.warn({ reason: messageOf(error) }, 'opportunities are looked for again later');
      return false;
    }
  }

  /** Whether the service needs no further look in this round. */
  async #look(service: string, turn: WindowTurn): Promise<boolean> {
    if (turn.signal.aborted) return false;
    try {
      const lease = { key: this.#memory.leaseOf(service), owner: this.#owner };
      await underLease(this.#store, lease, () => this.#scan(service, turn));
      return true;
    } catch (error) {
      if (turn.signal.aborted) return false;
      const { code = '', retryable = true } = error instanceof HeadroomError ? error : {};
      // Who holds the lease does what is due, unless that process dies: it is asked again later.
      if (code === 'HEADROOM_LEASE_HELD') return false;
      this.#logger.warn({ service, reason: messageOf(error) }, 'no opportunities could be looked for');
      return !retryable;
    }
  }

  async #scan(service: string, turn: WindowTurn): Promise<void> {
    const done = await this.#memory.window(service);
    if (turn.isForced !== true && done !== undefined && done >= turn.window) return;
    const result = await scanService(service, this.#parts, turn);
    const { memory, publisher } = this.#parts;
    const cases = await projectedCases(this.#store);
    const admitted = await admitByPermission(service, result, { memory, publisher, cases });
    for (const { id, found } of admitted) {
      this.#logger.info({ service, opportunity: id, subject: found.subject }, 'asked for by standing permission');
    }
    await this.#memory.finish(service, turn.window);
  }

  /** A service that is not configured any more has no opportunities. */
  async #retire(): Promise<void> {
    for (const { service, opportunities } of await this.#memory.all()) {
      if (this.#config.services[service]) continue;
      for (const { id, repository } of opportunities) {
        await this.#parts.publisher.publish(opportunityState, { id, service, repository, status: 'gone' });
      }
      await this.#memory.forget(service);
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { CaseView } from '@headroom/cases';
import { HeadroomError } from '@headroom/contracts';
import { PROJECTOR_GROUP } from '@headroom/indexes';
import type { Logger } from '@headroom/platform';
import { listStreamState, type KeyValueStore } from '@headroom/runtime';
import type { MessageEvent, OnModuleDestroy } from '@nestjs/common';
import {
  changedSince,
  parsePosition,
  positionOf,
  positionText,
  readChanges,
  type AllChanges,
  type Position,
} from './case.changes.js';
import type { CaseQueries } from './case.queries.js';

/** When {@link CaseFeed} does what. */
export interface CaseFeedTiming {
  /** How often the store is asked while somebody listens. @default 500 */
  pollMs?: number;
  /** Longest silence: then a comment keeps proxies from closing the connection. @default 15_000 */
  heartbeatMs?: number;
}

/** Options of {@link CaseFeed}. */
export interface CaseFeedOptions extends CaseFeedTiming {
  store: KeyValueStore;
  queries: CaseQueries;
  logger: Logger;
}

/**
 * Changes of cases as they happen, for any number of listeners.
 *
 * It asks the store, not the log: the projector's group is shared by all gateways, so each projector sees only its partitions;
 * and an event in the log is not yet a changed view. The numbers of {@link CaseChanges} are committed with the views, so every
 * gateway finds every change, on either store, at the cost of one small read in `pollMs` however many listen.
 */
export class CaseFeed implements OnModuleDestroy {
  readonly #options: Required<CaseFeedOptions>;
  readonly #closing = new AbortController();
  #look: Promise<AllChanges | undefined> | undefined;

  constructor(options: CaseFeedOptions) {
    this.#options = { pollMs: 500, heartbeatMs: 15_000, ...options };
  }

  /** Ends every stream: a server waits for its open connections. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  /**
   * Changes of all cases, each as the list shows it.
   * @param after where to go on; undefined = from now on
   * @throws HeadroomError `HEADROOM_CURSOR_INVALID`
   */
  async cases(after: string | undefined, signal: AbortSignal): Promise<AsyncGenerator<MessageEvent>> {
    const from = after === undefined ? positionOf(await readChanges(this.#options.store)) : parsePosition(after);
    return this.#messages(from, [], signal, (caseIds, partitions) => this.#summaries(caseIds, partitions));
  }

  /**
   * One case: as it is now, then at every change. With `after`, only what changed since.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_CURSOR_INVALID`
   */
  async case(caseId: string, after: string | undefined, signal: AbortSignal): Promise<AsyncGenerator<MessageEvent>> {
    const { queries, store } = this.#options;
    const from = after === undefined ? positionOf(await readChanges(store)) : parsePosition(after);
    const now = await queries.details(caseId);
    const first = after === undefined ? [now] : [];
    return this.#messages(from, first, signal, async (caseIds, partitions) =>
      caseIds.has(caseId) || partitions.size > 0 ? [await queries.details(caseId)] : [],
    );
  }

  async *#messages(
    from: Position,
    first: readonly object[],
    signal: AbortSignal,
    load: (caseIds: Set<string>, partitions: Set<number>) => Promise<object[]>,
  ): AsyncGenerator<MessageEvent> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    let position = from;
    let sentAtMs = Date.now();
    // Tells the position before anything has changed: a listener that is cut off now can go on from here.
    yield { id: positionText(position), comment: 'connected' };
    for (const data of first) yield { type: 'case', id: positionText(position), data };
    for (let changes = await this.#read(); !until.aborted; changes = await this.#nextLook()) {
      const seen = position;
      const { caseIds, partitions } = changedSince(changes ?? new Map(), seen);
      const isNew = caseIds.size > 0 || partitions.size > 0;
      const loaded = isNew ? await this.#unlessAway(() => load(caseIds, partitions)) : [];
      if (changes && loaded) position = positionOf(changes);
      for (const [index, data] of (loaded ?? []).entries()) {
        // Only the last one of a look has seen all of it.
        yield { type: 'case', id: positionText(index === (loaded?.length ?? 0) - 1 ? position : seen), data };
        sentAtMs = Date.now();
      }
      if (Date.now() - sentAtMs < this.#options.heartbeatMs) continue;
      yield { id: positionText(position), comment: 'alive' };
      sentAtMs = Date.now();
    }
  }

  /** One look at the store for all listeners. */
  #nextLook(): Promise<AllChanges | undefined> {
    this.#look ??= this.#later().finally(() => (this.#look = undefined));
    return this.#look;
  }

  async #later(): Promise<AllChanges | undefined> {
    const waited = await delay(this.#options.pollMs, true, { signal: this.#closing.signal }).catch(() => false);
    return waited ? this.#read() : undefined;
  }

  #read(): Promise<AllChanges | undefined> {
    return this.#unlessAway(() => readChanges(this.#options.store));
  }

  /** Undefined while the store is away: streams stay open and go on when it is back. */
  async #unlessAway<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HeadroomError) || !error.retryable) throw error;
      this.#options.logger.debug({ err: error }, 'no look at the changes of cases, it is tried again');
      return undefined;
    }
  }

  async #summaries(caseIds: Set<string>, partitions: Set<number>): Promise<object[]> {
    const { store, queries } = this.#options;
    if (partitions.size === 0) {
      const views = await Promise.all([...caseIds].map((caseId) => queries.view(caseId)));
      return views.map((view) => queries.item(view));
    }
    const all = await listStreamState<CaseView>(store, PROJECTOR_GROUP, 'case/');
    return all
      .filter(({ partition, value }) => partitions.has(partition) || caseIds.has(value.caseId))
      .map(({ value }) => queries.item(value));
  }
}

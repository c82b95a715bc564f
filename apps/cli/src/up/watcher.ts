import type { CaseView } from '@headroom/cases';
import type { CaseKind } from '@headroom/contracts';
import { PROJECTOR_GROUP } from '@headroom/gateway';
import { listStreamState } from '@headroom/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './host.js';

const LOOK_EVERY_MS = 200;
/** While the machine has to be quiet. */
const RELAXED_LOOK_EVERY_MS = 1500;

/** Tells of cases as they move, and knows when nothing moves any more. */
export class CaseWatcher {
  readonly #host: Host;
  readonly #tell: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(host: Host, tell: (text: string) => void) {
    this.#host = host;
    this.#tell = tell;
  }

  async #views(): Promise<CaseView[]> {
    const entries = await listStreamState<CaseView>(this.#host.parts.store, PROJECTOR_GROUP, 'case/');
    return entries.map(({ value }) => value);
  }

  /** Whether a case of this kind is known for a service. */
  async hasFinding(kind: CaseKind, service: string): Promise<boolean> {
    return (await this.#views()).some((view) => view.kind === kind && view.service === service);
  }

  #tellNews(views: readonly CaseView[]): void {
    const news = views.flatMap((view) => view.timeline.map((entry) => ({ view, entry })));
    for (const { view, entry } of news) {
      const key = `${view.caseId}|${entry.eventId}|${entry.digest}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.#tell(`  ${view.caseId.slice(0, 10)} ${entry.stage.padEnd(16)} ${entry.what}`);
    }
  }

  /** Tells of news while something else goes on; returns what that comes to. */
  async telling<Result>(work: Promise<Result>): Promise<Result> {
    const look = setInterval(() => {
      // A look that fails is followed by another one; what matters is the work.
      void this.#views().then(
        (views) => this.#tellNews(views),
        () => undefined,
      );
    }, RELAXED_LOOK_EVERY_MS);
    try {
      return await work;
    } finally {
      clearInterval(look);
    }
  }

  /** In the order of the flow: what one stage has published, the next has not yet handled. */
  async #caughtUp(): Promise<boolean> {
    for (const stage of this.#host.stages) {
      const lags = await this.#host.parts.log.lag(stage.group);
      if (lags.some(({ lag }) => lag > 0n)) return false;
    }
    return true;
  }

  /** Waits until every event is handled: then each case is settled, parked, or has a dead letter that says why not. */
  async untilAtRest(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const idle = await this.#caughtUp();
      const views = await this.#views();
      this.#tellNews(views);
      if (idle && views.length > 0) return;
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}

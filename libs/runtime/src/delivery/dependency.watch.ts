import { HeadroomError } from '@headroom/contracts';
import { pause } from './abort.js';

/** What a runtime cannot work without. */
export type Dependency = 'log' | 'store';

/** Options of {@link DependencyWatch}. */
export interface DependencyWatchOptions {
  /** Asks a dependency; resolves when it answers. */
  pings: Readonly<Record<Dependency, () => Promise<void>>>;
  /** Time between two questions. Milliseconds. */
  everyMs: number;
  /** A dependency that has not answered after this time is away. Milliseconds. @default 10_000 */
  answerWithinMs?: number;
  /** Called at each question that fails, with its error, and once when the dependency answers again. */
  changed(dependency: Dependency, error: unknown): void;
}

const ANSWER_WITHIN_MS = 10_000;

/** Asks log and store regularly whether they answer, and remembers which one does not. */
export class DependencyWatch {
  readonly #options: DependencyWatchOptions;
  readonly #away = new Set<Dependency>();
  readonly #looking = new Map<Dependency, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #loops: Promise<unknown> | undefined;

  constructor(options: DependencyWatchOptions) {
    this.#options = options;
  }

  /** Resolves when each dependency has been asked once. */
  async start(): Promise<void> {
    await this.look();
    this.#loops ??= Promise.all([this.#run('log'), this.#run('store')]);
  }

  async #run(dependency: Dependency): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(this.#options.everyMs, signal);
      await this.#look(dependency);
    }
  }

  isAway(dependency: Dependency): boolean {
    return this.#away.has(dependency);
  }

  /** Asks both now; whether one is away. */
  async look(): Promise<boolean> {
    await Promise.all([this.#look('log'), this.#look('store')]);
    return this.#away.size > 0;
  }

  #look(dependency: Dependency): Promise<void> {
    const there = this.#looking.get(dependency);
    if (there) return there;
    const looking = this.#ask(dependency).finally(() => this.#looking.delete(dependency));
    this.#looking.set(dependency, looking);
    return looking;
  }

  async #ask(dependency: Dependency): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const failure = await this.#failureOf(dependency);
    if (this.#stop.signal.aborted) return;
    if (failure) {
      this.#away.add(dependency);
      this.#options.changed(dependency, failure.error);
      return;
    }
    if (!this.#away.delete(dependency)) return;
    this.#options.changed(dependency, undefined);
    for (const wake of this.#waiting) wake();
  }

  async #failureOf(dependency: Dependency): Promise<{ error: unknown } | undefined> {
    const answered = new AbortController();
    const withinMs = this.#options.answerWithinMs ?? ANSWER_WITHIN_MS;
    const ended = AbortSignal.any([answered.signal, this.#stop.signal]);
    try {
      const late = pause(withinMs, ended).then(() => {
        const message = `The ${dependency} gives no answer within ${withinMs} ms`;
        throw new HeadroomError(message, { code: 'HEADROOM_DEPENDENCY_SILENT', retryable: true });
      });
      await Promise.race([this.#options.pings[dependency](), late]);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      answered.abort();
    }
  }

  /** Resolves when the dependency is not away, or the watch has stopped. */
  async untilBack(dependency: Dependency): Promise<void> {
    while (this.#away.has(dependency) && !this.#stop.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  /** Asks no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const wake of this.#waiting) wake();
    await this.#loops;
  }
}

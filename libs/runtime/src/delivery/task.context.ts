import { derivedEventId, HeadroomError, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { buildEvent, type PublishedEvent } from '../events/publisher.js';
import type { LogRecord } from '../log/log.port.js';
import { DeliveryParked } from './abort.js';
import type { GatePass } from './exclusive.gate.js';
import type { HandlerRun } from './handler.run.js';
import { journalKey } from './keys.js';
import type { LaneEnvironment } from './lane.environment.js';
import type { TaskContext } from './subscription.js';

/** Journal entries outlive every case that is worth resuming. Milliseconds. */
const JOURNAL_RETENTION_MS = 180 * 86_400_000;

/** What a task context is made from. */
export interface TaskContextParts {
  environment: LaneEnvironment;
  event: HeadroomEvent;
  record: LogRecord;
  run: HandlerRun;
  pass: GatePass;
  logger: Logger;
  deliveryAttempt: number;
  resumed: number;
  /** Extends the lease; false when it is no longer ours. */
  renew: () => Promise<boolean>;
  /** Whether the work is still to be done; false when a newer attempt runs or a person ended the case. */
  isWanted: () => Promise<boolean>;
}

class Journal {
  readonly #parts: TaskContextParts;

  constructor(parts: TaskContextParts) {
    this.#parts = parts;
  }

  #key(name: string): string {
    return journalKey(this.#parts.environment.group, this.#parts.event, name);
  }

  async read(name: string): Promise<{ result?: unknown } | undefined> {
    return this.#parts.environment.store.get<{ result?: unknown }>(this.#key(name));
  }

  /** Writes once; what was there first stays. */
  async write<Value>(name: string, result: Value): Promise<Value> {
    const { store } = this.#parts.environment;
    const key = this.#key(name);
    const { created, value } = await store.putIfAbsent<{ result?: Value }>(key, { result });
    if (created) await store.expire(key, JOURNAL_RETENTION_MS);
    return value.result as Value;
  }
}

/** Builds the context of one handler run. */
export function taskContext(parts: TaskContextParts): TaskContext {
  const { environment, event, record, run, pass, logger } = parts;
  const journal = new Journal(parts);

  /** A worker that lost its lease must not act any more: somebody else may. Nor one whose work nobody wants any more. */
  async function checkLease(): Promise<void> {
    run.signal.throwIfAborted();
    if (!(await parts.renew())) run.abort('lease-lost');
    else if (!(await parts.isWanted())) run.abort('superseded');
    run.signal.throwIfAborted();
  }

  async function step<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    const stored = await journal.read(`step:${name}`);
    if (stored) return stored.result as Result;
    await checkLease();
    return journal.write(`step:${name}`, await work());
  }

  async function publish<Data>(
    contract: EventContract<Data>,
    data: Data,
    options: { step: string; index?: number; team?: string },
  ): Promise<PublishedEvent<Data>> {
    const { step: name, index = 0, team } = options;
    const candidate = buildEvent(contract, data, {
      source: environment.source,
      id: derivedEventId(event.id, name, index),
      causation: event,
      nowMs: environment.now(),
      team,
    });
    const published = await journal.write(`publish:${name}:${index}`, candidate);
    if (published.type !== contract.type) {
      const message = `The step ${name} has published ${published.type} before; give ${contract.type} a step or index of its own`;
      throw new HeadroomError(message, { code: 'HEADROOM_STEP_REUSED' });
    }
    await checkLease();
    await environment.publisher.publishEvents([{ contract: contract as EventContract, event: published }]);
    return published;
  }

  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    group: environment.group,
    deliveryAttempt: parts.deliveryAttempt,
    resumed: parts.resumed,
    signal: run.signal,
    logger,
    step,
    publish,
    checkpoint: checkLease,
    park: (reason, options) => {
      throw new DeliveryParked(reason, options);
    },
    exclusive: (fn) => {
      run.suspendDeadline();
      let waiting = true;
      const go = (): void => {
        if (waiting) run.resumeDeadline();
        waiting = false;
      };
      return pass
        .exclusive(() => {
          go();
          return fn();
        }, run.signal)
        .finally(go);
    },
  };
}

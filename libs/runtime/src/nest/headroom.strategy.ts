import { contracts as registry, HeadroomError, type EventContract } from '@headroom/contracts';
import { Server, type BaseRpcContext, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Runtime, RuntimeStatus } from '../delivery/runtime.js';
import type { AnyContract } from '../delivery/subscription.js';
import { PROBE_PATTERN, ProbeError } from './probe.controller.js';
import { SUBSCRIPTION, type HandlerSubscription } from './subscribe.decorator.js';

/** Options of {@link HeadroomStrategy}. */
export interface StrategyOptions {
  runtime: Runtime;
  /** Contracts that exist. @default the registry of `@headroom/contracts` */
  contracts?: readonly AnyContract[];
}

type Handlers = ReadonlyMap<string, { next?: unknown; extras?: Record<string, unknown> }>;

function bootError(message: string): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_BOOT' });
}

function contractsOf(subscription: HandlerSubscription): readonly AnyContract[] {
  return subscription.mode === 'task' ? [subscription.contract] : subscription.contracts;
}

/**
 * Compares handlers with contracts.
 * @throws HeadroomError `HEADROOM_BOOT` naming what is wrong and what to do
 */
function checkedSubscriptions(
  handlers: Handlers,
  group: string,
  known: readonly AnyContract[],
): Map<string, HandlerSubscription> {
  const subscriptions = new Map<string, HandlerSubscription>();
  const owners = new Map<string, string>();
  for (const [pattern, handler] of handlers) {
    if (pattern === PROBE_PATTERN) continue;
    const subscription = handler.extras?.[SUBSCRIPTION] as HandlerSubscription | undefined;
    if (!subscription) throw bootError(`The handler of "${pattern}" has no contract; use @Subscribe(contract) on it`);
    for (const contract of contractsOf(subscription)) {
      if (!known.some((each) => each.topic === contract.topic && each.type === contract.type)) {
        throw bootError(
          `The topic ${contract.topic} is of no known contract; add the contract to @headroom/contracts, or remove the handler`,
        );
      }
      if (owners.has(contract.topic) || handler.next) {
        throw bootError(
          `The group ${group} has two handlers for ${contract.topic}; keep one, or give the other a group of its own`,
        );
      }
      owners.set(contract.topic, pattern);
    }
    subscriptions.set(pattern, subscription);
  }
  for (const contract of known) {
    if (!contract.consumers.includes(group) || owners.has(contract.topic)) continue;
    throw bootError(
      `The group ${group} has no handler for ${contract.topic}, which names it as a consumer; add @Subscribe(…) to a controller, or take ${group} out of the contract's consumers`,
    );
  }
  return subscriptions;
}

/** Nest's transport over a {@link Runtime}: binds decorated handlers to subscriptions of one group. */
export class HeadroomStrategy
  extends Server<{ status: (status: RuntimeStatus) => void }, RuntimeStatus>
  implements CustomTransportStrategy
{
  override readonly transportId = Symbol('headroom');
  override readonly propagatesEventHandlerErrors = true;
  readonly #runtime: Runtime;
  readonly #contracts: readonly AnyContract[];
  readonly #stopListening: () => void;

  constructor(options: StrategyOptions) {
    super();
    this.#runtime = options.runtime;
    this.#contracts = options.contracts ?? registry;
    this.initializeSerializer({});
    this.initializeDeserializer({});
    this.#stopListening = this.#runtime.onStatus((status) => this._status$.next(status));
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const subscriptions = checkedSubscriptions(
        this.messageHandlers as Handlers,
        this.#runtime.group,
        this.#contracts,
      );
      await this.#checkErrors();
      for (const [pattern, subscription] of subscriptions) this.#bind(pattern, subscription);
      await this.#runtime.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  #bind(pattern: string, subscription: HandlerSubscription): void {
    if (subscription.mode === 'task') {
      const contract: EventContract = subscription.contract;
      const handler = (event: unknown, context: unknown): Promise<void> => this.#invoke(pattern, event, context);
      this.#runtime.subscribe({ ...subscription.options, contract, handler });
      return;
    }
    this.#runtime.subscribeStream({
      ...subscription.options,
      contracts: subscription.contracts,
      handler: (batch, context) => this.#invoke(pattern, batch, context),
    });
  }

  /** Nest's own `handleEvent` does not wait for the handler; delivery depends on how it ends. */
  #invoke(pattern: string, data: unknown, context: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.runWithProcessingHooks(context as BaseRpcContext, async (runEndHook) => {
        try {
          const result: unknown = await this.getHandlerByPattern(pattern)?.(data, context);
          if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
          resolve();
        } catch (error) {
          reject(error);
        } finally {
          runEndHook();
        }
      });
    });
  }

  async #checkErrors(): Promise<void> {
    let seen: unknown;
    if (this.messageHandlers.has(PROBE_PATTERN)) {
      seen = await this.#invoke(PROBE_PATTERN, undefined, {}).catch((error: unknown) => error);
    }
    if (seen instanceof ProbeError) return;
    throw bootError(
      'Errors of handlers do not reach the runtime: import RuntimeModule.register(…), which installs RestoreErrorFilter, and let no other global filter catch everything',
    );
  }

  on(_event: 'status', callback: (status: RuntimeStatus) => void): void {
    this.#runtime.onStatus(callback);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as Nest declares it
  unwrap<T>(): T {
    return this.#runtime as T;
  }

  async close(): Promise<void> {
    await this.#runtime.close();
    this.#stopListening();
  }
}

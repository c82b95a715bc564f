import 'reflect-metadata';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventContract } from '@headroom/contracts';
import type { AnyContract, StreamOptions, TaskOptions } from '../delivery/subscription.js';

/** Key of the subscription in the extras of a handler. */
export const SUBSCRIPTION = 'headroom';

/** What a decorated handler subscribes to. */
export type HandlerSubscription =
  | { mode: 'task'; contract: EventContract; options: TaskOptions }
  | { mode: 'stream'; contracts: readonly AnyContract[]; options: StreamOptions };

/** Binds a method to a pattern, with the payload as its first argument and the context as its second. */
function handler(pattern: string, subscription: HandlerSubscription): MethodDecorator {
  return (target, key, descriptor) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- picks the overload that takes any method
    EventPattern<string>(pattern, { [SUBSCRIPTION]: subscription })(target, key, descriptor);
  };
}

/**
 * Handles events of one contract, one at a time and key: `(event: HeadroomEvent<Data>, context: TaskContext)`.
 * Event and context are types only: import them with `import type`.
 */
export function Subscribe<Data>(
  contract: EventContract<Data>,
  options: TaskOptions & { mode?: 'task' } = {},
): MethodDecorator {
  const { mode: _mode, ...rest } = options;
  const subscription: HandlerSubscription = { mode: 'task', contract: contract as EventContract, options: rest };
  return handler(contract.topic, subscription);
}

/** Handles batches of several contracts in order by partition: `(batch: readonly StreamItem[], context: StreamContext)`. */
export function SubscribeStream(contracts: readonly AnyContract[], options: StreamOptions = {}): MethodDecorator {
  const subscription: HandlerSubscription = { mode: 'stream', contracts, options };
  const pattern = `stream:${contracts.map((contract) => contract.topic).join(',')}`;
  return handler(pattern, subscription);
}

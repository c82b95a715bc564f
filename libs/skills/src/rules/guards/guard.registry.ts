import { FLOW_GUARDS } from './flow.guards.js';
import { PLACE_GUARDS } from './place.guards.js';
import { VALUE_GUARDS } from './value.guards.js';
import type { Guard, GuardCall, GuardContext, GuardRefusal } from './guard.js';

export type { GuardCall } from './guard.js';

const GUARDS: ReadonlyMap<string, Guard> = new Map(
  [...VALUE_GUARDS, ...PLACE_GUARDS, ...FLOW_GUARDS].map((one) => [one.name, one]),
);

/** What is wrong with how a rule calls its guards, a sentence each. */
export function guardProblems(calls: readonly GuardCall[]): string[] {
  return calls.flatMap(({ name, value }) => {
    const guard = GUARDS.get(name);
    if (!guard) return [`there is no guard "${name}"; known are ${[...GUARDS.keys()].sort().join(', ')}`];
    const parsed = guard.value.safeParse(value);
    return parsed.success ? [] : parsed.error.issues.map((issue) => `guard ${name}: ${issue.message}`);
  });
}

/** Checks the guards of a rule in their order; undefined when all hold. */
export function refusalOf(calls: readonly GuardCall[], context: GuardContext): GuardRefusal | undefined {
  for (const { name, value } of calls) {
    const guard = GUARDS.get(name)!;
    const refusal = guard.check(context, guard.value.parse(value));
    if (refusal) return refusal;
  }
  return undefined;
}

import type { EdgeCost, FunctionCost, LineCost } from './stacks.costs.js';

/** Change of one cost, CPU-seconds per unit of work. */
export interface CostChange {
  readonly before: number;
  readonly after: number;
  /** `after − before`: positive is dearer. */
  readonly delta: number;
  /** `delta ÷ before`; undefined where there was no cost before. */
  readonly relative: number | undefined;
}

/** Change of one function; a function that one side does not have costs 0 there. */
export interface FunctionCostChange {
  readonly id: string;
  readonly presence: 'both' | 'added' | 'removed';
  readonly self: CostChange;
  readonly total: CostChange;
}

/** Change of the cost through one call edge. */
export interface EdgeCostChange extends CostChange {
  readonly caller: string;
  readonly callee: string;
}

/** Change of the own cost of one line. Lines are compared by number: only meaningful where the file did not move. */
export interface LineCostChange extends CostChange {
  readonly id: string;
  readonly line: number;
}

/** Compares two sets of function costs. Ordered by the change of total cost, the largest rise first, then by id. */
export function diffCosts(before: readonly FunctionCost[], after: readonly FunctionCost[]): FunctionCostChange[] {
  return paired(before, after, ({ id }) => id)
    .map(([old, now]) => ({
      id: (now ?? old)!.id,
      presence: presenceOf(old, now),
      self: changeOf(old?.self, now?.self),
      total: changeOf(old?.total, now?.total),
    }))
    .sort((a, b) => b.total.delta - a.total.delta || (a.id < b.id ? -1 : 1));
}

/** Compares two sets of edge costs. Ordered like {@link diffCosts}. */
export function diffEdges(before: readonly EdgeCost[], after: readonly EdgeCost[]): EdgeCostChange[] {
  return paired(before, after, ({ caller, callee }) => `${caller}\n${callee}`)
    .map(([old, now]) => {
      const { caller, callee } = (now ?? old)!;
      return { caller, callee, ...changeOf(old?.cost, now?.cost) };
    })
    .sort((a, b) => b.delta - a.delta || (a.caller + a.callee < b.caller + b.callee ? -1 : 1));
}

/** Compares two sets of line costs. Ordered like {@link diffCosts}. */
export function diffLines(before: readonly LineCost[], after: readonly LineCost[]): LineCostChange[] {
  return paired(before, after, ({ id, line }) => `${line}\n${id}`)
    .map(([old, now]) => {
      const { id, line } = (now ?? old)!;
      return { id, line, ...changeOf(old?.cost, now?.cost) };
    })
    .sort((a, b) => b.delta - a.delta || (a.id < b.id ? -1 : 1) || a.line - b.line);
}

function paired<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): [T | undefined, T | undefined][] {
  const old = new Map(before.map((one) => [keyOf(one), one]));
  const now = new Map(after.map((one) => [keyOf(one), one]));
  return [...new Set([...old.keys(), ...now.keys()])].map((key) => [old.get(key), now.get(key)]);
}

function presenceOf(old: unknown, now: unknown): FunctionCostChange['presence'] {
  if (old === undefined) return 'added';
  return now === undefined ? 'removed' : 'both';
}

function changeOf(old = 0, now = 0): CostChange {
  return { before: old, after: now, delta: now - old, relative: old > 0 ? (now - old) / old : undefined };
}

/** The filters in their order. `replicates` counts deployments, all others functions. */
export type FilterName =
  | 'replicates'
  | 'enough-history'
  | 'significant'
  | 'settled'
  | 'service-share'
  | 'between-deployments'
  | 'cost-shift'
  | 'folded'
  | 'same-shift';

/** An item that a filter removed, with the numbers that it compared. */
export interface Removal {
  id: string;
  reason: string;
  /** What was compared; rises in the metric, p and q as probabilities. */
  compared: Readonly<Record<string, number | string>>;
}

/** What one filter let through. `in = out + removed`. */
export interface FilterCount {
  filter: FilterName;
  in: number;
  out: number;
  removed: number;
  /** The removed items, those nearest to passing first, cut at `listedRemovals`. */
  items: Removal[];
}

/** Collects the counts of one look. */
export class Funnel {
  readonly counts: FilterCount[] = [];
  readonly #listed: number;

  constructor(listed: number) {
    this.#listed = listed;
  }

  count(filter: FilterName, entered: number, items: Removal[]): void {
    const listed = items.slice(0, this.#listed);
    this.counts.push({ filter, in: entered, out: entered - items.length, removed: items.length, items: listed });
  }

  /** Lets through what has no removal. */
  apply<Item>(filter: FilterName, items: readonly Item[], removalOf: (item: Item) => Removal | null): Item[] {
    const passed: Item[] = [];
    const removals: Removal[] = [];
    for (const item of items) {
      const removal = removalOf(item);
      if (removal) removals.push(removal);
      else passed.push(item);
    }
    this.count(filter, items.length, removals);
    return passed;
  }
}

/** One line of a metrics page. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The samples of a page in Prometheus' text format, as our stages write it: no label holds a quotation mark. */
export function samplesOf(page: string): Sample[] {
  return [...page.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', of = '']) => [label, of])),
    value: Number(value),
  }));
}

/**
 * Records that a process still has before it: the lag of its groups, and what it holds. Undefined where it does not say the lag
 * of each of its groups: a busy log may be too late for a page, and what is not known is not nothing. A process without groups has none.
 */
export function recordsLeft(samples: readonly Sample[], group?: string): number | undefined {
  const of = (wanted: string) =>
    samples.filter(({ name, labels }) => name === wanted && (group === undefined || labels.group === group));
  const lags = of('headroom_lag_records');
  const held = of('headroom_records_in_flight');
  const known = new Set(lags.map(({ labels }) => labels.group));
  if (group !== undefined && held.length === 0) return undefined;
  if (held.some(({ labels }) => !known.has(labels.group ?? ''))) return undefined;
  return [...lags, ...held].reduce((sum, { value }) => sum + value, 0);
}

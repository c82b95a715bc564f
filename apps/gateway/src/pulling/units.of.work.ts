import type { MetricAnswer, MetricQuery, MetricValue } from '@headroom/tools';
import { pullFailed } from './bounded.fetch.js';

/** Something that has metrics; undefined = not this one. */
export interface UnitsSource {
  query(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer | undefined>;
}

function isNumber(value: MetricValue): value is number {
  return typeof value === 'number';
}

/**
 * Units of work done in a stretch, by a metric that says how many are done a second: the mean of its values, its series added up.
 * @throws HeadroomError `HEADROOM_PULL_FAILED` where it says nothing: a profile without units is not compared with those that have some
 */
export async function unitsOfWork(
  metrics: UnitsSource,
  of: { service: string; metric: string; startedAt: string; endedAt: string },
  signal: AbortSignal,
): Promise<number> {
  const { service, metric, startedAt, endedAt } = of;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const query = { service, metric, window: { from: startedAt, to: endedAt }, stepSeconds: Math.max(1, seconds / 10) };
  const answer = await metrics.query(query, signal);
  const perSecond = (answer?.series ?? []).reduce((sum, { values }) => {
    const known = values.filter(isNumber);
    return known.length === 0 ? sum : sum + known.reduce((total, value) => total + value, 0) / known.length;
  }, 0);
  if (perSecond > 0) return perSecond * seconds;
  throw pullFailed(
    `The metric ${metric} says of no work of ${service} from ${startedAt} to ${endedAt}; mend it in tools.prometheus.metrics, or leave unitsFrom out.`,
  );
}

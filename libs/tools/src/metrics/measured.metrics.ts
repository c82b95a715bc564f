import type { Measured, MeasurementIndex, TimeWindow } from '@headroom/indexes';
import { measurementRecorded } from '@headroom/contracts';
import type { MetricAnswer, MetricEntry, MetricListing, MetricSeries } from './metrics.port.js';

type Column = Measured['series'][number];

/** One series of what was measured: its columns, window after window. */
interface MeasuredSeries {
  metric: string;
  unit: string;
  worse: Column['worse'];
  labels: Record<string, string>;
  points: { time: number; value: number | null }[];
}

/** Names of the labels that measured series have. */
export const MEASURED_LABELS = ['environment', 'host_class', 'entity', 'event'] as const;

/** What monitors measured of a service, a point a window. */
export class MeasuredMetrics {
  readonly #index: MeasurementIndex;

  constructor(index: MeasurementIndex) {
    this.#index = index;
  }

  /** The series of a metric; undefined where none was measured in the window. */
  async query(service: string, metric: string, window: TimeWindow): Promise<MetricAnswer | undefined> {
    const { series, notes } = await this.#found(service, window);
    const found = series.filter((each) => each.metric === metric);
    if (found.length === 0) return undefined;
    const units = [...new Set(found.map(({ unit }) => unit))];
    if (units.length > 1) notes.push('units differ: each series has its own as the label unit');
    if (found.some(({ points }) => points.some(({ value }) => value === null))) notes.push('null: not measured');
    return {
      series: found.map((each) => seriesOf(each, units.length > 1)),
      ...(units.length === 1 && { unit: units[0]! }),
      notes,
      partial: notes.some(isLoss),
      source: `measurements of ${service}`,
      trust: 'untrusted',
    };
  }

  /** The series that were measured in a window; no entry where none was. */
  async list(service: string, window: TimeWindow): Promise<MetricListing> {
    const { series, notes } = await this.#found(service, window);
    return {
      entries: series.map(({ metric, unit, worse, labels, points }): MetricEntry => ({
        metric,
        unit,
        labels,
        about: `measured in ${points.length} windows; worse: ${worse}`,
      })),
      labels: [...MEASURED_LABELS],
      notes,
      partial: notes.some(isLoss),
      source: `measurements of ${service}`,
      trust: 'untrusted',
    };
  }

  async #found(service: string, window: TimeWindow): Promise<{ series: MeasuredSeries[]; notes: string[] }> {
    const { measured, left } = await this.#index.measurements(service, window);
    const series = new Map<string, MeasuredSeries>();
    for (const each of measured) {
      for (const column of each.series) {
        const labels = labelsOf(each, column);
        const key = JSON.stringify([column.metric, column.unit, labels]);
        const { metric, unit, worse } = column;
        const one: MeasuredSeries = series.get(key) ?? { metric, unit, worse, labels, points: [] };
        const times = each.windows.startedAt.map((startedAt) => Date.parse(startedAt) / 1000);
        one.points.push(...times.map((time, index) => ({ time, value: column.values[index]! })));
        series.set(key, one);
      }
    }
    const sorted = [...series.keys()].sort().map((key) => series.get(key)!);
    for (const { points } of sorted) points.sort((a, b) => a.time - b.time);
    return { series: sorted, notes: left > 0 ? [lossOf(left)] : [] };
  }
}

const LOSS = 'values were not kept: their days had more than the index keeps';

function lossOf(left: number): string {
  return `${left} ${LOSS}`;
}

function isLoss(note: string): boolean {
  return note.endsWith(LOSS);
}

/** Hosts of different classes cannot be compared, so each has a series of its own. */
function labelsOf({ environment, hostClass }: Measured, { entity }: Column): Record<string, string> {
  return {
    environment,
    ...(hostClass !== undefined && { host_class: hostClass }),
    ...(entity !== undefined && { entity }),
    event: measurementRecorded.name,
  };
}

function seriesOf({ labels, unit, points }: MeasuredSeries, withUnit: boolean): MetricSeries {
  return {
    labels: withUnit ? { ...labels, unit } : labels,
    times: points.map(({ time }) => time),
    values: points.map(({ value }) => value),
  };
}

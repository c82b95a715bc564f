import type { TimeWindow } from '@headroom/indexes';
import type { Trust } from '../tool.js';

/** What series are asked for: a named metric of a service, or an expression in the language of the source. */
export interface MetricQuery {
  service: string;
  metric?: string | undefined;
  /** Function id, where the metric has one value a function. */
  function?: string | undefined;
  /** PromQL. */
  expression?: string | undefined;
  window: TimeWindow;
  /** Distance of two points, seconds. @default chosen by the source */
  stepSeconds?: number | undefined;
}

/** `NaN`, `+Inf` and `-Inf` are numbers that JSON has no words for; null was not measured. */
export type MetricValue = number | 'NaN' | '+Inf' | '-Inf' | null;

/** Values over time. */
export interface MetricSeries {
  labels: Record<string, string>;
  /** Unix seconds, ascending. */
  times: number[];
  /** One a time. */
  values: MetricValue[];
}

/** What a source has for a query. */
export interface MetricAnswer {
  /** In a stable order. */
  series: MetricSeries[];
  /** Unit of the values, where the source knows it. */
  unit?: string;
  /** Where the points are at regular distances. */
  stepSeconds?: number;
  /** What a reader must know: a step that was chosen, warnings, values that are missing. */
  notes: string[];
  /** Whether the source says that it did not answer with everything. */
  partial: boolean;
  source: string;
  trust: Trust;
}

/** A metric that can be asked for by name, or a series that there is. */
export interface MetricEntry {
  /** What `metric` of a query takes; absent for a series that only an expression reaches. */
  metric?: string;
  labels?: Record<string, string>;
  unit?: string;
  about?: string;
}

/** What there is of a service in a window. */
export interface MetricListing {
  entries: MetricEntry[];
  /** Names of labels that series have. */
  labels: string[];
  notes: string[];
  partial: boolean;
  source: string;
  trust: Trust;
}

/** Where metrics lie. Outside calls end within the time of the source. */
export interface MetricSource {
  /** What a caller names it by: `own`, `prometheus`. */
  readonly name: string;
  /** Whether it takes expressions. */
  readonly takesExpressions: boolean;
  /** Names that {@link MetricQuery.metric} may have for a service in a window. */
  metricsOf(service: string, window: TimeWindow): Promise<readonly string[]>;
  /** Undefined where it has no metric of that name. @throws ToolError */
  query(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer | undefined>;
  /**
   * @param match selector of series, in the language of the source
   * @throws ToolError
   */
  list(
    query: { service: string; window: TimeWindow; match?: string | undefined },
    signal: AbortSignal,
  ): Promise<MetricListing>;
}

export type {
  MetricAnswer,
  MetricEntry,
  MetricListing,
  MetricQuery,
  MetricSeries,
  MetricSource,
  MetricValue,
} from './metrics.port.js';
export { metricsTools } from './metrics.tools.js';
export { OwnMetrics, type OwnMetricsOptions } from './own.metrics.js';
export { PrometheusSource, type PrometheusSourceOptions } from './prometheus.source.js';

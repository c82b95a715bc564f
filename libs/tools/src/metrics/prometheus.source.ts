import type { TimeWindow } from '@headroom/indexes';
import { z } from 'zod';
import { JsonServer, type JsonServerOptions } from '../outside/json.server.js';
import { ToolError } from '../tool.js';
import type {
  MetricAnswer,
  MetricListing,
  MetricQuery,
  MetricSeries,
  MetricSource,
  MetricValue,
} from './metrics.port.js';

/** Options of {@link PrometheusSource}. */
export interface PrometheusSourceOptions extends Omit<JsonServerOptions, 'name' | 'setting'> {
  /** Named metrics: PromQL in which `{service}` stands for the service. */
  metrics?: Readonly<Record<string, string>> | undefined;
}

/** Points of one series that are wanted when nobody says a step. */
const WANTED_POINTS = 60;
/** What Prometheus refuses to exceed, by the limit of its API: (end - start) / step. */
const MAX_INTERVALS = 11_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

const answerSchema = z.object({
  status: z.enum(['success', 'error']),
  data: z.unknown().optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  infos: z.array(z.string()).optional(),
});
const matrixSchema = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])).default([]),
    }),
  ),
});

/**
 * Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/), and whatever else speaks it: Thanos, Mimir,
 * VictoriaMetrics.
 */
export class PrometheusSource implements MetricSource {
  readonly name = 'prometheus';
  readonly takesExpressions = true;
  readonly #metrics: readonly string[];
  readonly #server: JsonServer;
  readonly #templates: Readonly<Record<string, string>>;

  constructor({ metrics = {}, ...server }: PrometheusSourceOptions) {
    this.#server = new JsonServer({ ...server, name: 'Prometheus', setting: 'tools.prometheus.url' });
    this.#templates = metrics;
    this.#metrics = Object.keys(metrics).sort();
  }

  metricsOf(): Promise<readonly string[]> {
    return Promise.resolve(this.#metrics);
  }

  async query(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer | undefined> {
    const expression = this.#expression(query);
    if (expression === undefined) return undefined;
    const { stepSeconds, notes } = stepOf(query.window, query.stepSeconds);
    const parameters = new URLSearchParams({
      query: expression,
      start: seconds(query.window.from),
      end: seconds(query.window.to),
      step: String(stepSeconds),
    });
    const { data, warnings } = await this.#get('/api/v1/query_range', parameters, signal);
    const series = this.#checked(matrixSchema, data).result.map(seriesOf);
    if (series.length === 0) {
      notes.push('no series matched; see which there are with metrics_list_series, or widen the window');
    }
    return {
      series: series.sort((a, b) => compare(keyOf(a.labels), keyOf(b.labels))),
      stepSeconds,
      notes: [...notes, ...warnings],
      partial: warnings.length > 0,
      source: `prometheus ${this.#server.address} ${expression}`,
      trust: 'untrusted',
    };
  }

  async list(
    { service, window, match }: { service: string; window: TimeWindow; match?: string | undefined },
    signal: AbortSignal,
  ): Promise<MetricListing> {
    const range = { start: seconds(window.from), end: seconds(window.to) };
    const found = match
      ? await this.#series(new URLSearchParams({ ...range, 'match[]': match }), signal)
      : { entries: [], warnings: [] };
    const parameters = new URLSearchParams(match ? { ...range, 'match[]': match } : range);
    const { data, warnings } = await this.#get('/api/v1/labels', parameters, signal);
    const named = this.#metrics.map((metric) => ({ metric, about: templateOf(this.#templates[metric]!, service) }));
    const said = [...new Set([...found.warnings, ...warnings])];
    return {
      entries: [...named, ...found.entries],
      labels: this.#checked(z.array(z.string()), data).sort(),
      notes: [...(match ? [] : ['give match, such as {job="web"}, to see series']), ...said],
      partial: said.length > 0,
      source: `prometheus ${this.#server.address}`,
      trust: 'untrusted',
    };
  }

  /** Whether it answers; its version. For checks. @throws ToolError */
  async version(signal: AbortSignal): Promise<string> {
    const { data } = await this.#get('/api/v1/status/buildinfo', new URLSearchParams(), signal);
    return this.#checked(z.object({ version: z.string() }), data).version;
  }

  async #series(parameters: URLSearchParams, signal: AbortSignal) {
    const { data, warnings } = await this.#get('/api/v1/series', parameters, signal);
    const series = this.#checked(z.array(z.record(z.string(), z.string())), data);
    const entries = series.map((labels) => ({ labels })).sort((a, b) => compare(keyOf(a.labels), keyOf(b.labels)));
    return { entries, warnings };
  }

  /** Undefined for a metric that is not configured. */
  #expression({ service, metric = '', expression, function: subject }: MetricQuery): string | undefined {
    const template = Object.hasOwn(this.#templates, metric) ? this.#templates[metric] : undefined;
    const found = expression ?? (template === undefined ? undefined : templateOf(template, service));
    if (found === undefined || subject === undefined) return found;
    throw new ToolError('Prometheus knows no functions; leave function out, or ask the source "own".');
  }

  async #get(path: string, parameters: URLSearchParams, signal: AbortSignal) {
    const { status, body } = await this.#server.get(path, parameters, signal);
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success || (parsed.data.status === 'success' && status >= 300)) {
      throw this.#server.refusal(
        status,
        undefined,
        'this is no answer of the Prometheus API: check tools.prometheus.url.',
      );
    }
    const { status: outcome, data, error, errorType, warnings = [], infos = [] } = parsed.data;
    if (outcome === 'error') throw this.#server.refusal(status, error, adviceOn(errorType));
    return { data, warnings: [...warnings, ...infos].map((each) => each.slice(0, 300)).slice(0, 20) };
  }

  #checked<T>(schema: z.ZodType<T>, data: unknown): T {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
    throw new ToolError(
      `${this.#server.name} at ${this.#server.address} answered with data of another shape; check that tools.prometheus.url is a Prometheus API.`,
    );
  }
}

function adviceOn(errorType: string | undefined): string {
  if (errorType === 'bad_data') return 'mend the expression or selector.';
  if (errorType === 'timeout' || errorType === 'canceled') return 'ask for a shorter window or a coarser step.';
  if (errorType === 'execution') return 'aggregate further (sum by, topk), or ask for a shorter window.';
  return 'try again later.';
}

/** The step, at least as coarse as the server's limit asks, and what to say about it. */
function stepOf(window: TimeWindow, asked: number | undefined): { stepSeconds: number; notes: string[] } {
  const length = (Date.parse(window.to) - Date.parse(window.from)) / 1000;
  const least = Math.ceil(length / MAX_INTERVALS);
  if (asked !== undefined && asked >= least) return { stepSeconds: asked, notes: [] };
  const wanted = asked === undefined ? Math.max(length / WANTED_POINTS, least) : least;
  const stepSeconds = STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  const why =
    asked === undefined
      ? `step of ${stepSeconds} s chosen for the window`
      : `step of ${stepSeconds} s instead of ${asked} s: a series may have ${MAX_INTERVALS} points`;
  return { stepSeconds, notes: [why] };
}

/** Fills in the service as the text of a quoted label value. */
function templateOf(template: string, service: string): string {
  const quoted = service.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return template.replaceAll('{service}', () => quoted);
}

function seriesOf({ metric, values }: z.infer<typeof matrixSchema>['result'][number]): MetricSeries {
  return {
    labels: Object.fromEntries(Object.entries(metric).sort(([a], [b]) => compare(a, b))),
    times: values.map(([time]) => time),
    values: values.map(([, value]) => valueOf(value)),
  };
}

function valueOf(text: string): MetricValue {
  if (text === 'NaN' || text === '+Inf' || text === '-Inf') return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function seconds(iso: string): string {
  return String(Date.parse(iso) / 1000);
}

function keyOf(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

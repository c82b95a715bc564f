import { z } from 'zod';
import { entry, paged, pageOf, paging } from '../paging.js';
import { windowOrTimeFields, windowFields, statedWindowOf } from '../window.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { MetricAnswer, MetricEntry, MetricQuery, MetricSeries, MetricSource } from './metrics.port.js';

/** The tools of the domain, over the sources there are; none without a source. The first source with a metric of a name has it. */
export function metricsTools(sources: readonly MetricSource[]): AnyTool[] {
  if (sources.length === 0) return [];
  const openWorld = sources.some(({ takesExpressions }) => takesExpressions);
  return [queryTool(sources, openWorld), listTool(sources, openWorld)];
}

function queryTool(sources: readonly MetricSource[], openWorld: boolean): AnyTool {
  return defineTool({
    name: 'metrics_query_series',
    title: 'Query metric series',
    description: 'Values over time of a metric of a service: metric (a name of metrics_list_series) or promql.',
    input: z.object({
      service: z.string(),
      metric: z.string().optional(),
      function: z.string().optional().describe('Function id, with cpu-*'),
      promql: z.string().optional(),
      ...windowOrTimeFields,
      step_seconds: z.int().min(1).optional().describe('Default: about 60 points'),
      ...paging,
    }),
    output: z.object({
      series: z.array(entry),
      unit: z.string().optional(),
      step_seconds: z.number().optional(),
      partial: z.boolean(),
      notes: z.array(z.string()),
      ...paged,
    }),
    openWorld,
    async run(input, { signal }) {
      const window = statedWindowOf(input);
      const { service, metric, function: subject, promql: expression, step_seconds: stepSeconds } = input;
      const query = { service, metric, function: subject, expression, window, stepSeconds };
      const found = await firstAnswer(sources, query, signal);
      const { page, rest } = pageOfFound(found.series, found, input);
      return {
        data: {
          series: page,
          ...(found.unit === undefined ? {} : { unit: found.unit }),
          ...(found.stepSeconds === undefined ? {} : { step_seconds: found.stepSeconds }),
          ...rest,
        },
        source: found.source,
        trust: found.trust,
        window,
      };
    },
  });
}

function listTool(sources: readonly MetricSource[], openWorld: boolean): AnyTool {
  return defineTool({
    name: 'metrics_list_series',
    title: 'List metric series',
    description: 'Metrics that can be queried by name; with match, the series of Prometheus.',
    input: z.object({
      service: z.string(),
      source: z
        .string()
        .optional()
        .describe(sources.map(({ name }) => name).join(' or ')),
      match: z.string().optional().describe('Selector: {job="web"}'),
      ...windowFields,
      ...paging,
    }),
    output: z.object({
      entries: z.array(entry),
      labels: z.array(z.string()),
      partial: z.boolean(),
      notes: z.array(z.string()),
      ...paged,
    }),
    openWorld,
    async run(input, { signal }) {
      const window = statedWindowOf(input);
      const source = listed(sources, input.source, input.match);
      const found = await source.list({ service: input.service, window, match: input.match }, signal);
      const others = sources.filter((each) => each !== source).map(({ name }) => name);
      const also = others.length > 0 ? [`other sources: ${others.join(', ')}`] : [];
      const { page, rest } = pageOfFound(found.entries, { ...found, notes: [...found.notes, ...also] }, input);
      return {
        data: { entries: page, labels: found.labels, ...rest },
        source: found.source,
        trust: found.trust,
        window,
      };
    },
  });
}

/** A page of what was found, as both tools answer it. */
function pageOfFound(
  entries: readonly (MetricSeries | MetricEntry)[],
  { partial, notes }: { partial: boolean; notes: string[] },
  input: { cursor?: string | undefined; limit: number },
) {
  const { page, ...place } = pageOf(entries, input);
  return { page: page.map((each): Record<string, unknown> => ({ ...each })), rest: { partial, notes, ...place } };
}

/** What the first source that has it answers. */
async function firstAnswer(
  sources: readonly MetricSource[],
  query: MetricQuery,
  signal: AbortSignal,
): Promise<MetricAnswer> {
  const { service, metric, expression, window } = query;
  if ((metric === undefined) === (expression === undefined)) {
    throw new ToolError('Give either metric (see metrics_list_series) or promql.');
  }
  const asked = expression === undefined ? sources : sources.filter(({ takesExpressions }) => takesExpressions);
  for (const source of asked) {
    const found = await source.query(query, signal);
    if (found) return found;
  }
  if (metric === undefined) {
    throw new ToolError('No Prometheus is configured (tools.prometheus); give metric instead of promql.');
  }
  const known = await Promise.all(sources.map((source) => source.metricsOf(service, window)));
  const names = known.flat().slice(0, 30).join(', ');
  throw new ToolError(`There is no metric "${metric}"; give one of ${names}.`);
}

function listed(sources: readonly MetricSource[], name: string | undefined, match: string | undefined): MetricSource {
  const wanted = sources.filter(
    (each) => (name === undefined || each.name === name) && (!match || each.takesExpressions),
  );
  if (wanted[0]) return wanted[0];
  const names = sources.map((each) => each.name).join(', ');
  throw new ToolError(
    match
      ? 'Only Prometheus takes match, and it is not configured or not the source asked for; leave match out.'
      : `There is no source "${name}"; give one of ${names}.`,
  );
}

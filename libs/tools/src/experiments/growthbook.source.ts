import type { TimeWindow } from '@headroom/indexes';
import { z } from 'zod';
import { JsonServer, type JsonServerOptions } from '../outside/json.server.js';
import { ToolError } from '../tool.js';
import {
  byStart,
  isWithin,
  touches,
  type Experiment,
  type ExperimentListing,
  type ExperimentResult,
  type ExperimentResults,
  type ExperimentSource,
  type ExposureChange,
} from './experiments.port.js';
import {
  experimentSchema,
  featureSchema,
  pagedSchema,
  resultsSchema,
  type GrowthBookExperiment,
  type GrowthBookFeature,
} from './growthbook.schema.js';

/** Options of {@link GrowthBookSource}. */
export interface GrowthBookSourceOptions extends Omit<JsonServerOptions, 'name' | 'setting'> {
  /** Project ids → services that run their experiments; what is in no named project may be of any service. */
  projects?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The most that its API gives in one page. */
const PAGE = 100;
const MAX_PAGES = 20;

/** GrowthBook's REST API, version 1 (https://docs.growthbook.io/api): experiments, their results, and feature flags. */
export class GrowthBookSource implements ExperimentSource {
  readonly name = 'growthbook';
  readonly #server: JsonServer;
  readonly #projects: Readonly<Record<string, readonly string[]>>;

  constructor({ projects = {}, ...server }: GrowthBookSourceOptions) {
    this.#server = new JsonServer({ ...server, name: 'GrowthBook', setting: 'tools.growthbook.url' });
    this.#projects = projects;
  }

  async active(service: string, window: TimeWindow, signal: AbortSignal): Promise<ExperimentListing> {
    const notes: string[] = [];
    const experiments = await this.#all('experiments', experimentSchema, notes, signal);
    const features = await this.#all('features', featureSchema, notes, signal);
    const found = [
      ...experiments.flatMap((each) => this.#experiment(each, window)),
      ...features.flatMap((each) => this.#flag(each, window)),
    ].filter(({ services }) => services.length === 0 || services.includes(service));
    if (found.some(({ kind }) => kind === 'flag')) {
      notes.push('of a flag only the newest revision is known; whether it ran before that is not');
    }
    return { experiments: found.sort(byStart), notes, source: `growthbook ${this.#server.address}` };
  }

  async results(id: string, signal: AbortSignal): Promise<ExperimentResults | undefined> {
    const path = `/api/v1/experiments/${encodeURIComponent(id)}`;
    const asked = await this.#server.get(path, new URLSearchParams(), signal);
    if (asked.status === 404 || /not find|not found/i.test(saidBy(asked.body) ?? '')) return undefined;
    const { experiment } = this.#checked(z.object({ experiment: experimentSchema }), asked);
    const answer = await this.#server.get(`${path}/results`, new URLSearchParams(), signal);
    // Without a snapshot there is no result yet; older versions say so by 404.
    const { result } = answer.status === 404 ? { result: undefined } : this.#checked(resultsSchema, answer);
    const overall = result?.results.find(({ dimension }) => !dimension || dimension === 'All') ?? result?.results[0];
    const { winner, conclusions } = experiment.resultSummary ?? {};
    const conclusion = [winner && `winner: ${winner}`, conclusions].filter(Boolean).join('; ');
    const srm = overall?.checks?.srm;
    return {
      id,
      name: experiment.name,
      status: experiment.status,
      ...(result?.dateUpdated ? { updated_at: result.dateUpdated } : {}),
      ...(conclusion ? { conclusion } : {}),
      results: (overall?.metrics ?? []).flatMap(({ metricId, variations }) =>
        variations.map((each) => resultOf(metricId, nameOf(experiment, each.variationId), each)),
      ),
      notes: [
        ...(overall ? [] : ['there are no results yet']),
        ...(typeof srm === 'number' && srm < 0.001
          ? [`sample ratio mismatch (p = ${srm}): do not trust these results`]
          : []),
      ],
      source: `growthbook ${this.#server.address} ${id}`,
    };
  }

  /** How many experiments a key may read. For checks. @throws ToolError */
  async count(signal: AbortSignal): Promise<number> {
    const answer = await this.#server.get('/api/v1/experiments', new URLSearchParams({ limit: '1' }), signal);
    return this.#checked(pagedSchema, answer).total;
  }

  async #all<T>(
    kind: 'experiments' | 'features',
    schema: z.ZodType<T>,
    notes: string[],
    signal: AbortSignal,
  ): Promise<T[]> {
    const all: T[] = [];
    let offset = 0;
    for (let page = 0; page < MAX_PAGES; page++) {
      const parameters = new URLSearchParams({ limit: String(PAGE), offset: String(offset) });
      const answer = await this.#server.get(`/api/v1/${kind}`, parameters, signal);
      const { hasMore, nextOffset } = this.#checked(pagedSchema, answer);
      const items = this.#checked(z.looseObject({ [kind]: z.array(schema) }), answer)[kind] as T[];
      all.push(...items);
      if (!hasMore) return all;
      // One that points back would be asked for for ever.
      if (nextOffset === null || nextOffset <= offset) break;
      offset = nextOffset;
    }
    notes.push(`only the first ${all.length} ${kind} of GrowthBook were read`);
    return all;
  }

  #services(project: string | null | undefined): string[] {
    return [...(this.#projects[project ?? ''] ?? [])];
  }

  #experiment(one: GrowthBookExperiment, window: TimeWindow): Experiment[] {
    const phases = one.phases.filter(({ dateStarted }) => dateStarted);
    const ran = phases.some((phase) => touches(phase.dateStarted!, phase.dateEnded || undefined, window));
    if (one.status === 'draft' || !ran) return [];
    const exposure = phases
      .flatMap((phase, index) => exposureOf(one, phase, { previous: phases[index - 1], next: phases[index + 1] }))
      .filter(({ at }) => isWithin(at, window));
    const last = phases.at(-1);
    return [
      {
        id: one.id,
        name: one.name,
        kind: 'experiment',
        status: one.status,
        services: this.#services(one.project),
        start: phases[0]!.dateStarted!,
        ...(last?.dateEnded ? { end: last.dateEnded } : {}),
        ...(one.owner ? { owner: one.owner } : {}),
        variants: one.variations.map(({ variationId }) => {
          const weight = last?.trafficSplit?.find((each) => each.variationId === variationId)?.weight;
          return { id: variationId, name: nameOf(one, variationId), ...(weight === undefined ? {} : { weight }) };
        }),
        exposure: exposure.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
      },
    ];
  }

  #flag(one: GrowthBookFeature, window: TimeWindow): Experiment[] {
    const on = Object.entries(one.environments).filter(([, { enabled }]) => enabled);
    const changed = one.revision && Date.parse(one.revision.date) >= Date.parse(window.from);
    if (one.archived || !touches(one.dateCreated, undefined, window) || (on.length === 0 && !changed)) return [];
    const states = on.map(([environment, { rules }]) => `${environment} on${rules.map(ruleText).join('')}`);
    const { version, comment, date, publishedBy } = one.revision ?? { version: 1, date: one.dateCreated };
    const by = publishedBy ? ` by ${publishedBy}` : '';
    const why = comment ? ` (${comment})` : '';
    const change = `revision ${version}${by}${why}: ${states.join('; ') || 'off everywhere'}`;
    return [
      {
        id: one.id,
        name: one.id,
        kind: 'flag',
        status: on.length > 0 ? 'on' : 'off',
        services: this.#services(one.project),
        start: one.dateCreated,
        ...(one.owner ? { owner: one.owner } : {}),
        variants: [],
        exposure: changed && isWithin(date, window) ? [{ at: date, change }] : [],
      },
    ];
  }

  #checked<T>(schema: z.ZodType<T>, { status, body }: { status: number; body: unknown }): T {
    const parsed = status < 300 ? schema.safeParse(body) : undefined;
    if (parsed?.success) return parsed.data;
    if (status >= 300)
      throw this.#server.refusal(status, saidBy(body), 'check what the key may read, or try again later.');
    const at = parsed?.error?.issues[0]?.path.join('.') ?? '';
    throw new ToolError(
      `GrowthBook at ${this.#server.address} answered with data of another shape (${at}); check that tools.growthbook.url is the API host.`,
    );
  }
}

/** Errors come as `{message}`. */
function saidBy(body: unknown): string | undefined {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : undefined;
}

function ruleText({
  type,
  enabled,
  coverage,
  experimentId,
}: GrowthBookFeature['environments'][string]['rules'][number]) {
  if (enabled === false) return '';
  const share = typeof coverage === 'number' ? ` ${Math.round(coverage * 1000) / 10} %` : '';
  return `, ${type}${experimentId ? ` ${experimentId}` : ''}${share}`;
}

function nameOf({ variations }: GrowthBookExperiment, id: string): string {
  const found = variations.find(({ variationId }) => variationId === id);
  return found?.name || found?.key || id;
}

type Phase = GrowthBookExperiment['phases'][number];

function exposureOf(
  one: GrowthBookExperiment,
  phase: Phase,
  { previous, next }: { previous: Phase | undefined; next: Phase | undefined },
): ExposureChange[] {
  const exposed = coverageOf(phase);
  const coverage = exposed === undefined ? '' : `, ${Math.round(exposed * 1000) / 10} % exposed`;
  const split = phase.trafficSplit
    ?.map(({ variationId, weight }) => `${nameOf(one, variationId)} ${weight}`)
    .join(' / ');
  const name = phase.name || 'a phase';
  const before = previous === undefined || hasEnded(previous, phase) ? 0 : coverageOf(previous);
  const shares = { ...(before !== undefined && { before }), ...(exposed !== undefined && { after: exposed }) };
  const began = { at: phase.dateStarted!, change: `${name} begins${coverage}${split ? `, ${split}` : ''}`, ...shares };
  if (!phase.dateEnded) return [began];
  const reason = phase.reasonForStopping ? `: ${phase.reasonForStopping}` : '';
  const ended = { at: phase.dateEnded, change: `${name} ends${reason}` };
  // Where another phase goes on at once, nothing ends for who is exposed.
  const isOver = next === undefined || hasEnded(phase, next);
  return [began, { ...ended, ...(isOver && exposed !== undefined && { before: exposed, after: 0 }) }];
}

function coverageOf({ coverage }: Phase): number | undefined {
  return typeof coverage === 'number' ? coverage : undefined;
}

/** Whether a phase was over before the next began. */
function hasEnded({ dateEnded }: Phase, next: Phase): boolean {
  return !!dateEnded && Date.parse(dateEnded) < Date.parse(next.dateStarted!);
}

type Variation = NonNullable<
  z.infer<typeof resultsSchema>['result']
>['results'][number]['metrics'][number]['variations'][number];

function resultOf(metric: string, variant: string, { users, analyses }: Variation): ExperimentResult {
  const { mean, percentChange, ciLow, ciHigh, pValue, chanceToBeatControl } = analyses[0] ?? {};
  const known = {
    users,
    mean,
    change: percentChange,
    ci_low: ciLow,
    ci_high: ciHigh,
    p_value: pValue,
    chance_to_beat_control: chanceToBeatControl,
  };
  return {
    metric,
    variant,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => typeof value === 'number')),
  };
}

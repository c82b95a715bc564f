import { z } from 'zod';
import { JsonServer, type JsonServerOptions } from '../../outside/json.server.js';
import { ToolError } from '../../tool.js';
import { encodeSelectMergeProfile, type Selected } from './select.request.js';

/** Time of one group of series: labels as they were asked for, and points. */
export interface PyroscopeSeries {
  labels: Readonly<Record<string, string>>;
  /** The value of the samples of the step that ends at a time, in the unit of the profile type. */
  points: readonly { atMs: number; value: number }[];
}

/** Options of {@link PyroscopeApi}. */
export interface PyroscopeApiOptions extends Omit<JsonServerOptions, 'name' | 'setting' | 'headers'> {
  /** Tenant, where Pyroscope has several. */
  tenant?: string | undefined;
}

/** As many bytes as an upload may have. */
const MAX_PROFILE_BYTES = 64 * 1024 * 1024;
const SERVICE = '/querier.v1.QuerierService';
const PROTOBUF = 'application/proto';

// By the JSON mapping of protobuf, 64-bit integers are texts and what is zero or empty is left out.
const numberSchema = z.coerce.number();
const labelsSchema = z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]);
const namesSchema = z.object({ names: z.array(z.string()).default([]) });
const pointSchema = z.object({ value: numberSchema.default(0), timestamp: numberSchema.default(0) });
const seriesSchema = z.object({
  series: z.array(z.object({ labels: labelsSchema, points: z.array(pointSchema).default([]) })).default([]),
});
const errorSchema = z.object({ code: z.string(), message: z.string().default('') });

/** The query API of Grafana Pyroscope (https://grafana.com/docs/pyroscope/latest/reference-server-api/), its public part. */
export class PyroscopeApi {
  readonly #server: JsonServer;

  constructor({ tenant, ...server }: PyroscopeApiOptions) {
    this.#server = new JsonServer({
      maxBytes: MAX_PROFILE_BYTES,
      ...server,
      name: 'Grafana Pyroscope',
      setting: 'tools.pyroscope.url',
      ...(tenant !== undefined && { headers: { 'x-scope-orgid': tenant } }),
    });
  }

  get address(): string {
    return this.#server.address;
  }

  /** Values of a label in a stretch. @throws ToolError */
  async labelValues(name: string, startMs: number, endMs: number, signal: AbortSignal): Promise<string[]> {
    return (await this.#post('LabelValues', { name, start: startMs, end: endMs }, namesSchema, signal)).names;
  }

  /** The samples of a selection over time, in steps, by labels. @throws ToolError */
  async series(
    { profileType, labelSelector, startMs, endMs }: Selected,
    by: { labels: readonly string[]; stepSeconds: number },
    signal: AbortSignal,
  ): Promise<PyroscopeSeries[]> {
    const query = { profileTypeID: profileType, labelSelector, start: startMs, end: endMs };
    const body = { ...query, groupBy: by.labels, step: by.stepSeconds };
    const { series } = await this.#post('SelectSeries', body, seriesSchema, signal);
    return series.map(({ labels, points }) => ({
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      points: points.map(({ timestamp, value }) => ({ atMs: timestamp, value })),
    }));
  }

  /** The samples of a selection, merged, as a pprof; empty bytes where there are none. @throws ToolError */
  async profile(selected: Selected, signal: AbortSignal): Promise<Uint8Array> {
    const request = encodeSelectMergeProfile(selected);
    const answer = await this.#server.postBytes(`${SERVICE}/SelectMergeProfile`, PROTOBUF, request, signal);
    if (answer.status === 200 && answer.mediaType === PROTOBUF) return answer.bytes;
    throw this.#refusal(answer.status, parsed(answer.bytes)) ?? this.#server.notExpected(answer, 'a profile');
  }

  async #post<T>(method: string, body: unknown, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const { status, body: said } = await this.#server.post(`${SERVICE}/${method}`, body, signal);
    if (status !== 200) {
      const advice = 'this is no answer of the Pyroscope API: check tools.pyroscope.url.';
      throw this.#refusal(status, said) ?? this.#server.refusal(status, undefined, advice);
    }
    const checked = schema.safeParse(said);
    if (checked.success) return checked.data;
    throw new ToolError(
      `${this.#server.name} at ${this.address} answered with data of another shape; check that tools.pyroscope.url is a Pyroscope API.`,
    );
  }

  /** What an error of the Connect protocol says. */
  #refusal(status: number, said: unknown): ToolError | undefined {
    const { data } = errorSchema.safeParse(said);
    return data && this.#server.refusal(status, data.message || data.code, adviceOn(data.code));
  }
}

function adviceOn(code: string): string {
  if (code === 'invalid_argument') return 'ask for a shorter window, or check tools.pyroscope.profileType and .labels.';
  if (code === 'deadline_exceeded' || code === 'resource_exhausted') return 'ask for a shorter window.';
  if (code === 'unimplemented') return 'this Pyroscope is too old: version 1.0 or newer is needed.';
  return 'try again later.';
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

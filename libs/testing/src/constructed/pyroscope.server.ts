import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pprofBytes } from './pprof.bytes.js';

/** Samples of one series that a constructed Pyroscope holds, as if pushed at one time. */
export interface PushedSamples {
  labels: Readonly<Record<string, string>>;
  atMs: number;
  /** Nanoseconds by stack, root first: `main@/app/main.go;work@/app/work.go`. */
  stacks: Readonly<Record<string, number>>;
}

/** A query, in whichever of the two encodings it came. */
interface Query {
  profileTypeID: string;
  labelSelector: string;
  start: number;
  end: number;
  name?: string;
  groupBy?: string[];
  step?: number;
}

/** What it answers instead; false = nothing, for this request. */
type Intervention = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Grafana Pyroscope's query API on loopback. Constructed, not recorded: by the published description
 * (https://grafana.com/docs/pyroscope/latest/reference-server-api/) and the protobuf definitions of querier.v1. Requests are refused
 * that it would refuse: another method, another type, a window of more than a day.
 */
export class ConstructedPyroscope {
  readonly pushed: PushedSamples[] = [];
  /** Methods that were asked, and the tenants that were meant. */
  readonly asked: { method: string; tenant: string | undefined; authorization: string | undefined }[] = [];
  /** Answers instead of it, while set. */
  instead: Intervention | undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.url?.replace('/querier.v1.QuerierService/', '') ?? '';
    const tenant = request.headers['x-scope-orgid']?.toString();
    this.asked.push({ method, tenant, authorization: request.headers.authorization });
    if (this.instead && this.instead(request, response) !== false) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isProto = request.headers['content-type'] === 'application/proto';
    const query = isProto ? decoded(body) : (JSON.parse(body.toString('utf8')) as Query);
    if (query.end - query.start > 24 * 3_600_000) {
      const message = 'the query time range exceeds the limit (query length: 48h0m0s, limit: 24h0m0s)';
      return json(response, 400, { code: 'invalid_argument', message });
    }
    const found = this.#chosen(query);
    if (method === 'LabelValues') {
      const names = [...new Set(found.map(({ labels }) => labels[query.name ?? ''] ?? ''))].filter(Boolean).sort();
      return json(response, 200, names.length > 0 ? { names } : {});
    }
    if (method === 'SelectSeries') return json(response, 200, seriesOf(found, query));
    if (method !== 'SelectMergeProfile' || !isProto) {
      return json(response, 404, { code: 'unimplemented', message: method });
    }
    response.writeHead(200, { 'content-type': 'application/proto' });
    return void response.end(found.length > 0 ? merged(found, query) : undefined);
  }

  #chosen({ labelSelector, start, end }: Query): PushedSamples[] {
    const matchers = [...(labelSelector ?? '').matchAll(/([\w.]+)="((?:[^"\\]|\\.)*)"/g)];
    return this.pushed.filter(
      ({ labels, atMs }) =>
        atMs >= start && atMs <= end && matchers.every(([, name = '', value]) => (labels[name] ?? '') === value),
    );
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function merged(found: readonly PushedSamples[], { start, end }: Query): Uint8Array {
  const stacks: Record<string, number> = {};
  for (const { stacks: each } of found) {
    for (const [stack, value] of Object.entries(each)) stacks[stack] = (stacks[stack] ?? 0) + value;
  }
  return pprofBytes(stacks, end, end - start);
}

/** A point says the sum of the step that ends with it; by the JSON mapping of protobuf its time is a text. */
function seriesOf(found: readonly PushedSamples[], { start, groupBy = [], step = 15 }: Query): unknown {
  const groups = new Map<string, { labels: { name: string; value: string }[]; points: Map<number, number> }>();
  for (const { labels, atMs, stacks } of found) {
    const named = groupBy.filter((name) => name in labels).map((name) => ({ name, value: labels[name]! }));
    const key = JSON.stringify(named);
    const group = groups.get(key) ?? { labels: named, points: new Map<number, number>() };
    groups.set(key, group);
    const at = start + Math.ceil((atMs - start) / (step * 1000)) * step * 1000;
    const value = Object.values(stacks).reduce((sum, each) => sum + each, 0);
    group.points.set(at, (group.points.get(at) ?? 0) + value);
  }
  const series = [...groups.values()].map(({ labels, points }) => ({
    labels,
    points: [...points].map(([at, value]) => ({ timestamp: String(at), value })),
  }));
  return series.length > 0 ? { series } : {};
}

/** Fields 1 to 4 of `SelectMergeProfileRequest`. */
function decoded(bytes: Buffer): Query {
  const values: (string | number)[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes.readUInt8(at++);
      value += (byte % 0x80) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const length = varint();
    if (tag % 8 === 0) values[tag >> 3] = length;
    else values[tag >> 3] = bytes.toString('utf8', at, (at += length));
  }
  const [, profileTypeID, labelSelector, start, end] = values;
  return {
    profileTypeID: String(profileTypeID),
    labelSelector: String(labelSelector),
    start: Number(start),
    end: Number(end),
  };
}

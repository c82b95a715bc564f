import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { allTopics, type EventContract } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { openMemory, type EmbeddedParts, type LogRecord } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { ensureKeyPair, type TrustedKeys } from '@headroom/verification';
import { Registry } from 'prom-client';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway, type ListenOptions } from '../index.js';
import type { GatewayParts } from '../gateway.module.js';

const logger = createLogger({ level: 'silent' });

/** Waits for a condition; gives up loudly. */
export async function eventually<Result>(
  what: string,
  look: () => Promise<Result | undefined> | Result | undefined,
): Promise<Result> {
  for (const end = Date.now() + 60_000; ;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await delay(20);
  }
}

/** A gateway over parts in memory, with the projector beside it, and a client. */
export class GatewayWorld {
  static readonly token = 'a-token-of-the-data-directory';
  readonly parts: EmbeddedParts;
  readonly projector: Stage;
  readonly #trustedKeys: TrustedKeys;
  readonly #gateways: Gateway[] = [];

  private constructor(parts: EmbeddedParts, projector: Stage, trustedKeys: TrustedKeys) {
    this.parts = parts;
    this.projector = projector;
    this.#trustedKeys = trustedKeys;
  }

  static async open(options: Partial<GatewayParts> = {}): Promise<GatewayWorld> {
    const parts = await openMemory();
    await parts.log.ensureTopics(allTopics());
    const keysDir = await mkdtemp(join(tmpdir(), 'headroom-keys-'));
    const { trustedKeys } = await ensureKeyPair(keysDir);
    await rm(keysDir, { recursive: true });
    const module = ProjectorModule.register({ trustedKeys });
    const projector = createStage(module, { group: PROJECTOR_GROUP, ...parts, logger });
    await projector.start();
    const world = new GatewayWorld(parts, projector, trustedKeys);
    await world.start({ token: GatewayWorld.token, ...options });
    return world;
  }

  /** One more gateway over the same parts. */
  async start(options: Partial<GatewayParts>, listen: ListenOptions = {}): Promise<Gateway> {
    const status = () => [this.projector.runtime];
    const given = { ...this.parts, trustedKeys: this.#trustedKeys, logger, registry: new Registry(), status };
    const gateway = await startGateway({ ...given, ...options }, listen);
    this.#gateways.push(gateway);
    return gateway;
  }

  get url(): string {
    return this.#gateways[0]?.url ?? '';
  }

  /** Calls with the token. */
  call(
    method: string,
    path: string,
    options: { body?: string | Uint8Array | FormData; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${GatewayWorld.token}`, ...options.headers };
    const { body, signal } = options;
    return fetch(new URL(path, this.url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
      ...(signal ? { signal } : {}),
    });
  }

  /** Publishes one event in structured mode. */
  publish(event: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const type = { 'content-type': 'application/cloudevents+json' };
    return this.call('POST', '/v1/events', { body: JSON.stringify(event), headers: { ...type, ...headers } });
  }

  /** What is in the log of a contract. */
  async records(contract: Pick<EventContract, 'topic' | 'partitions'>): Promise<LogRecord[]> {
    const partitions = Array.from({ length: contract.partitions }, (_, partition) => partition);
    const read = partitions.map((partition) => this.parts.log.read({ topic: contract.topic, partition }, 0n, 1000));
    return (await Promise.all(read)).flat();
  }

  async close(): Promise<void> {
    await this.projector.close();
    for (const gateway of this.#gateways) await gateway.close();
    await this.parts.close();
  }
}

/** Status of an upload that says how large it is and sends nothing. `fetch` sends what it announces. */
export function announceUpload(url: URL, bytes: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', headers: { ...headers, 'content-length': String(bytes) } });
    sent.on('response', (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.on('error', reject).flushHeaders();
  });
}

/** A header of a record as text. */
export function headerOf(record: LogRecord | undefined, name: string): string | undefined {
  return record?.headers.find(([each]) => each === name)?.[1]?.toString();
}

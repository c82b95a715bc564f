import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseSummary } from '@headroom/cases';
import { allTopics } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { FolderBlobs, KafkaLog, parseKafkaUrl, RedisStore } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { kafkaForTests, redisForTests, type TestKafka, type TestRedis } from '@headroom/testing';
import { Registry } from 'prom-client';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway } from '../index.js';
import { caseId, draftOf, findingOf } from '../testing/case.events.js';
import { EventStream } from '../testing/event.stream.js';
import { eventually } from '../testing/gateway.world.js';

const token = 'the-token-of-both-gateways';
const COUNT = 60;
const logger = createLogger({ level: 'silent' });

/** One gateway process of a deployment: its own connections, its own member of the projector's group. */
class Site {
  readonly registry = new Registry();
  readonly #log: KafkaLog;
  readonly #store: RedisStore;
  readonly #projector: Stage;
  readonly #gateway: Gateway;

  private constructor(log: KafkaLog, store: RedisStore, projector: Stage, gateway: Gateway, registry: Registry) {
    this.#log = log;
    this.#store = store;
    this.#projector = projector;
    this.#gateway = gateway;
    this.registry = registry;
  }

  static async open(kafka: TestKafka, redis: TestRedis, blobsDir: string): Promise<Site> {
    const registry = new Registry();
    const trustedKeys = new Map();
    const log = await KafkaLog.open({ ...parseKafkaUrl(kafka.url), logger });
    const store = await RedisStore.open(redis.url, { prefix: redis.prefix });
    const parts = { log, store, blobs: new FolderBlobs(blobsDir), logger, registry };
    await log.ensureTopics(allTopics());
    const projector = createStage(ProjectorModule.register({ trustedKeys }), { group: PROJECTOR_GROUP, ...parts });
    const status = () => [projector.runtime];
    const audiences = ['outsiders', 'headroom'] as const;
    const gateway = await startGateway({ ...parts, trustedKeys, status, token, audiences });
    await projector.start();
    return new Site(log, store, projector, gateway, registry);
  }

  async listen(): Promise<EventStream> {
    const headers = { authorization: `Bearer ${token}` };
    return new EventStream(await fetch(new URL('/v1/cases/stream', this.#gateway.url), { headers }));
  }

  /** As publishers do: what the log did not acknowledge is sent again. */
  async publish(events: readonly unknown[]): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents-batch+json' };
    const url = new URL('/v1/events', this.#gateway.url);
    await eventually('the acknowledgement of the log', async () => {
      const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(events) });
      return status === 202 ? true : undefined;
    });
  }

  get ready(): boolean {
    return this.#projector.runtime.ready;
  }

  /** Records that this member of the projector's group has finished. */
  async handled(): Promise<number> {
    const metric = await this.registry.getSingleMetric('headroom_records_handled_total')?.get();
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  }

  async leave(): Promise<void> {
    await this.#projector.close();
  }

  async close(): Promise<void> {
    await this.#projector.close();
    await this.#gateway.close();
    await this.#log.close();
    await this.#store.close();
  }
}

/** What a stream tells of each case, the last word of each, until a condition holds. */
async function listen(
  stream: EventStream,
  until: (told: Map<string, string>) => boolean,
): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  while (!until(told)) {
    const message = await stream.next<CaseSummary>();
    if (!message) throw new Error(`the stream ended after ${told.size} cases`);
    told.set(message.caseId, message.state);
  }
  return told;
}

describe('two gateways that share the group of the projector, on Kafka and Redis', () => {
  const ids = Array.from({ length: COUNT }, (_, index) => caseId(index + 1));
  let kafka: TestKafka;
  let redis: TestRedis;
  let blobsDir: string;
  let sites: readonly [Site, Site];

  beforeAll(async () => {
    kafka = await kafkaForTests();
    redis = await redisForTests();
    blobsDir = await mkdtemp(join(tmpdir(), 'headroom-blobs-'));
    const first = await Site.open(kafka, redis, blobsDir);
    sites = [first, await Site.open(kafka, redis, blobsDir)];
    await eventually('both members', () => (sites.every((site) => site.ready) ? true : undefined));
  }, 180_000);
  afterAll(async () => {
    await Promise.all(sites.map((site) => site.close()));
    await kafka.close();
    await redis.close();
    await rm(blobsDir, { recursive: true, force: true });
  }, 60_000);

  it('both tell of every change, though each projects a part of the cases only', async () => {
    const streams = await Promise.all(sites.map((site) => site.listen()));
    const allOpen = (told: Map<string, string>): boolean => ids.every((id) => told.has(id));
    const allDrafted = (told: Map<string, string>): boolean => ids.every((id) => told.get(id) === 'verifying');

    await sites[0].publish(ids.map((id) => findingOf(id)));
    const opened = await Promise.all(streams.map((stream) => listen(stream, allOpen)));
    await sites[1].publish(ids.map((id) => draftOf(id)));
    await Promise.all(streams.map((stream) => listen(stream, allDrafted)));
    const handled = await Promise.all(sites.map((site) => site.handled()));

    expect(opened.map((told) => told.size)).toEqual([COUNT, COUNT]);
    expect(handled.every((count) => count > 0)).toBe(true);
    expect(handled.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(2 * COUNT);
    await Promise.all(streams.map((stream) => stream.cancel()));
  }, 120_000);

  it('a stream goes on at the other gateway when one leaves', async () => {
    const stream = await sites[1].listen();
    await sites[1].leave();
    const late = caseId(1000);

    await sites[0].publish([findingOf(late)]);
    const told = await listen(stream, (found) => found.has(late));

    expect([...told.keys()]).toEqual([late]);
    await stream.cancel();
  }, 120_000);
});

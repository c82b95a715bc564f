import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findingOpened, type HeadroomEvent } from '@headroom/contracts';
import { kafkaForTests, redisForTests, type TestKafka, type TestRedis } from '@headroom/testing';
import { recordedHistory } from '../recordings/recorded.history.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { storefrontConfig } from '../storefront.drive.js';
import { eventually } from '../test-host.js';
import { Deployment } from './deployment.js';
import type { StageProcess } from './stage.process.js';

const SERVICES = ['storefront', 'checkout', 'search', 'basket', 'stock', 'mail', 'prices', 'visits'];

let kafka: TestKafka;
let redis: TestRedis;
const deployments: Deployment[] = [];

beforeAll(async () => {
  kafka = await kafkaForTests();
  redis = await redisForTests();
}, 120_000);

afterAll(async () => {
  for (const each of deployments) await each.stop();
  await kafka?.close();
  await redis?.close();
});

/** The recorded history as that of several services, event by event side by side. */
function asServices(recording: readonly RecordedEvent[]): RecordedEvent[] {
  return recording.flatMap(({ event, blob }) =>
    SERVICES.map((service) => ({
      event: { ...event, id: `${service}/${event.id}`, data: { ...(event.data as object), service } } as HeadroomEvent,
      blob,
    })),
  );
}

async function deploy(name: string): Promise<{ deployment: Deployment; events: RecordedEvent[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const { events, bare } = recordedHistory('storefront', dir);
  const bus = kafka.urlWith({ prefix: kafka.newPrefix(), sessionTimeoutMs: 6_000 });
  const store = redis.urlWith(name);
  const deployment = await Deployment.create({ dir, bus, store, bare }, storefrontConfig);
  deployments.push(deployment);
  return { deployment, events: asServices(events) };
}

async function untilTaken(deployment: Deployment): Promise<void> {
  await eventually('the end of the input', async () => {
    const left = await deployment.metric('headroom_records_in_flight');
    return left === 0 && (await deployment.isTaken()) ? true : undefined;
  });
}

async function findingsOf(deployment: Deployment): Promise<string[]> {
  const events = await deployment.eventsOf(findingOpened);
  return events.map(({ id, data }) => `${data.service} ${data.case.caseId} ${id}`).toSorted();
}

describe('the detector, scaled in the middle of a history', () => {
  let expected: string[];

  beforeAll(async () => {
    const { deployment, events } = await deploy('one');
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events);
    await untilTaken(deployment);
    expected = await findingsOf(deployment);
    await deployment.stop();
  }, 300_000);

  it('finds the regression of every service with one member', () => {
    expect(expected.map((line) => line.split(' ')[0])).toEqual(SERVICES.toSorted());
  });

  it('finds the same, once, with one, three and again one member', async () => {
    const { deployment, events } = await deploy('three');
    const third = Math.ceil(events.length / 3);
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(0, third));
    await deployment.startAll({ detector: 2 });
    await deployment.feed(events.slice(third, 2 * third));
    const [first, second] = deployment.members('detector') as [StageProcess, StageProcess];
    await first.stop();
    await second.kill();
    await deployment.feed(events.slice(2 * third));
    await untilTaken(deployment);

    expect(await findingsOf(deployment)).toEqual(expected);
    await deployment.stop();
  }, 300_000);

  it('keeps its history when the records below the committed offsets are gone', async () => {
    const { deployment, events } = await deploy('deleted');
    const half = Math.ceil(events.length / 2);
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(0, half));
    await untilTaken(deployment);
    await deployment.members('detector')[0]?.stop();

    const deleted = await kafka.deleteBelowCommitted(deployment.bus, 'detector');
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(half));
    await untilTaken(deployment);

    expect(deleted).toBeGreaterThan(0);
    expect(await findingsOf(deployment)).toEqual(expected);
    await deployment.stop();
  }, 300_000);
});

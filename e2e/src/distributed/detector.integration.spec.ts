import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findingOpened, type HeadroomEvent } from '@headroom/contracts';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { Kafka, logLevel } from 'kafkajs';
import { recordedHistory } from '../recordings/recorded.history.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { eventually } from '../test-host.js';
import { CLIENT, Deployment } from './deployment.js';
import type { StageProcess } from './stage.process.js';

const SERVICES = ['storefront', 'checkout', 'search', 'basket', 'stock', 'mail', 'prices', 'visits'];

const services: (TestKafka | LocalRedis)[] = [];
const deployments: Deployment[] = [];

afterAll(async () => {
  for (const each of deployments) await each.stop();
  for (const each of services) await each.close();
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

async function deploy(): Promise<{ deployment: Deployment; events: RecordedEvent[]; kafka: TestKafka }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const { events, bare } = recordedHistory('storefront', dir);
  const [kafka, redis] = await Promise.all([kafkaForTests(), LocalRedis.start()]);
  services.push(kafka, redis);
  const bus = `${kafka.url}&${CLIENT}`;
  const deployment = await Deployment.create({ dir, bus, store: redis.url, bare });
  deployments.push(deployment);
  return { deployment, events: asServices(events), kafka };
}

/** Deletes the input records that a group has committed; resolves with how many those were. */
async function deleteBelowCommitted({ brokers, prefix }: TestKafka, group: string): Promise<number> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    let deleted = 0;
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId: `${prefix}${group}` })) {
      const committed = partitions.filter(({ offset }) => Number(offset) > 0);
      if (committed.length === 0) continue;
      await eventually(`the deletion from ${topic}`, async () => {
        // The client's first call may go by what it knew of the topic before.
        const failed = await admin
          .deleteTopicRecords({ topic, partitions: committed })
          .catch((error: unknown) => error);
        return failed === undefined ? true : undefined;
      });
      deleted += committed.reduce((sum, { offset }) => sum + Number(offset), 0);
    }
    return deleted;
  } finally {
    await admin.disconnect();
  }
}

async function findingsOf(deployment: Deployment): Promise<string[]> {
  const events = await deployment.eventsOf(findingOpened);
  return events.map(({ id, data }) => `${data.service} ${data.case.caseId} ${id}`).toSorted();
}

describe('the detector, scaled in the middle of a history', () => {
  let expected: string[];

  beforeAll(async () => {
    const { deployment, events } = await deploy();
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events);
    await deployment.untilIdle();
    expected = await findingsOf(deployment);
    await deployment.stop();
  }, 300_000);

  it('finds the regression of every service with one member', () => {
    expect(expected.map((line) => line.split(' ')[0])).toEqual(SERVICES.toSorted());
  });

  it('finds the same, once, with one, three and again one member', async () => {
    const { deployment, events } = await deploy();
    const third = Math.ceil(events.length / 3);
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(0, third));
    await deployment.startAll({ detector: 2 });
    await deployment.feed(events.slice(third, 2 * third));
    const [first, second] = deployment.members('detector') as [StageProcess, StageProcess];
    await first.stop();
    await second.kill();
    await deployment.feed(events.slice(2 * third));
    await deployment.untilIdle();

    expect(await findingsOf(deployment)).toEqual(expected);
    await deployment.stop();
  }, 300_000);

  it('keeps its history when the records below the committed offsets are gone', async () => {
    const { deployment, events, kafka } = await deploy();
    const half = Math.ceil(events.length / 2);
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(0, half));
    await deployment.untilIdle();
    await deployment.members('detector')[0]?.stop();

    const deleted = await deleteBelowCommitted(kafka, 'detector');
    await deployment.startAll({ detector: 1 });
    await deployment.feed(events.slice(half));
    await deployment.untilIdle();

    expect(deleted).toBeGreaterThan(0);
    expect(await findingsOf(deployment)).toEqual(expected);
    await deployment.stop();
  }, 300_000);
});

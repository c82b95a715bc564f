import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  asyncApiDocument,
  contracts,
  findingOpened,
  measurementRecorded,
  proposalOpened,
  teamContract,
  topicsFor,
  verificationConcluded,
  type EventContract,
} from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { recordChecker } from '@headroom/testing';
import { eventually } from '../contract-suites/index.js';
import { EventPublisher, openMemory, Runtime, type EmbeddedParts, type LogRecord } from '../index.js';

const check = recordChecker(asyncApiDocument());

let parts: EmbeddedParts;

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(topicsFor({ services: { web: { team: 'search' } } }));
});

afterEach(() => parts.close());

async function recordsOf({ topic, partitions }: EventContract): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    records.push(...(await parts.log.read({ topic, partition }, 0n, 100)));
  }
  return records;
}

function changed(record: LogRecord, change: Partial<LogRecord>): LogRecord {
  return { ...record, ...change };
}

describe('published records', () => {
  it.each(contracts.map((contract) => [contract.name, contract] as const))(
    'of %s match the AsyncAPI document, headers and payload',
    async (_, contract) => {
      const publisher = new EventPublisher(parts.log, { source: '/headroom/test' });
      const cause = await publisher.publish(contract, contract.example);
      await publisher.publish(contract, contract.example, { causation: cause, subject: 'a subject', team: 'search' });

      const records = await recordsOf(contract);

      expect(records).toHaveLength(2);
      expect(records.flatMap(check)).toEqual([]);
    },
  );

  it('of a task and of a stream match it, on the topic of a team too', async () => {
    const task = new Runtime({ ...parts, group: 'pr-writer', logger: createLogger({ level: 'silent' }) });
    const stream = new Runtime({ ...parts, group: 'detector', logger: createLogger({ level: 'silent' }) });
    const team = teamContract(proposalOpened, 'search');
    task.subscribe({
      contract: verificationConcluded,
      handler: async (_event, context) => {
        await context.publish(proposalOpened, proposalOpened.example, { step: 'proposal.1', team: 'search' });
        await context.publish(team, proposalOpened.example, { step: 'proposal.2', team: 'search' });
      },
    });
    stream.subscribeStream({
      contracts: [measurementRecorded],
      handler: ([item], context) => {
        if (!item) return;
        context.publish(findingOpened, findingOpened.example, { causation: item.event, step: 'finding.1' });
      },
    });
    await Promise.all([task.start(), stream.start()]);
    const publisher = new EventPublisher(parts.log, { source: '/headroom/test' });
    await publisher.publish(verificationConcluded, verificationConcluded.example);
    await publisher.publish(measurementRecorded, measurementRecorded.example);

    const written = [proposalOpened, team, findingOpened] as unknown as EventContract[];
    const records = await eventually(async () => {
      const found = (await Promise.all(written.map(recordsOf))).flat();
      expect(found).toHaveLength(3);
      return found;
    });
    await Promise.all([task.close(), stream.close()]);

    expect(records.flatMap(check)).toEqual([]);
  });

  it('would be told apart from what the document does not describe', async () => {
    const publisher = new EventPublisher(parts.log, { source: '/headroom/test' });
    await publisher.publish(measurementRecorded, measurementRecorded.example);
    const [record] = await recordsOf(measurementRecorded as unknown as EventContract);
    const without = (name: string) => record!.headers.filter(([each]) => each !== name);

    expect(check(changed(record!, { headers: without('ce_id') }))).toEqual([expect.stringContaining("'ce_id'")]);
    expect(check(changed(record!, { headers: without('ce_type') }))).toEqual([expect.stringContaining('no message')]);
    expect(check(changed(record!, { topic: findingOpened.topic }))).toEqual([expect.stringContaining('no message')]);
    expect(check(changed(record!, { value: Buffer.from('{"service":"web"}') }))).toContainEqual(
      expect.stringContaining("'environment'"),
    );
  });
});

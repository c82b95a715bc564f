import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  asyncApiDocument,
  proposalOpened,
  proposalSettled,
  proposalsTopicOf,
  signalRaised,
  teamContract,
  topicsFor,
  type EventContract,
} from '@headroom/contracts';
import {
  buildEvent,
  EventPublisher,
  eventOf,
  KafkaLog,
  parseKafkaUrl,
  partitionOf,
  type LogRecord,
} from '@headroom/runtime';
import { LocalKafka, recordChecker, runJava } from '@headroom/testing';
import { examplePath } from './test-host.js';

const config = { services: { web: { team: 'search' }, pay: { team: 'checkout' } } };

let broker: LocalKafka;
let log: KafkaLog;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  broker = await LocalKafka.start();
  log = await KafkaLog.open(parseKafkaUrl(broker.url));
  await log.ensureTopics(topicsFor(config));
}, 180_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await log?.close();
  await broker?.close();
});

/** Writes an event as the pr-writer does: to the common topic and to that of the team. */
async function propose<Data>(contract: EventContract<Data>, data: Data, id: string, team: string): Promise<void> {
  const event = buildEvent(contract, data, { source: '/headroom/pr-writer', id, team });
  const written = [contract, teamContract(contract, team)] as unknown as EventContract[];
  await new EventPublisher(log, { source: '/headroom/pr-writer' }).publishEvents(
    written.map((each) => ({ contract: each, event })),
  );
}

const opened = (id: string, team = 'checkout'): Promise<void> =>
  propose(proposalOpened, proposalOpened.example, id, team);

async function consume(...args: string[]): Promise<{ code: number | null; events: { id: string; type: string }[] }> {
  const quiet = '--disable-warning=TimeoutNegativeWarning';
  const words = [quiet, examplePath('consume', 'consume.mjs'), '--brokers', broker.brokers.join(','), ...args];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  children.delete(child);
  const lines = printed.split('\n').filter((line) => line !== '');
  return { code, events: lines.map((line) => JSON.parse(line) as { id: string; type: string }) };
}

const bootstrap = (): string[] => ['--bootstrap-server', broker.brokers.join(',')];

describe("a team's proposals on a Kafka broker", () => {
  it('are read with kafkajs, each once and from where the group stopped', async () => {
    await opened('proposal-1');
    await opened('for-another', 'search');
    await opened('proposal-1');
    await propose(proposalSettled, proposalSettled.example, 'settled-1', 'checkout');

    const first = await consume('--team', 'checkout', '--max', '2');
    await opened('proposal-2');
    const second = await consume('--team', 'checkout', '--max', '1');

    expect(first).toMatchObject({
      code: 0,
      events: [
        {
          id: 'proposal-1',
          type: proposalOpened.type,
          team: 'checkout',
          data: { title: proposalOpened.example.title, branch: proposalOpened.example.branch },
        },
        { id: 'settled-1', type: proposalSettled.type },
      ],
    });
    expect(second.events.map(({ id }) => id)).toEqual(['proposal-2']);
  }, 120_000);

  it('are read from the common topics too, by the team in the header', async () => {
    await opened('common-1', 'search');

    const { events } = await consume('--team', 'search', '--common', '--group', 'search-common', '--max', '2');

    expect(events.map(({ id }) => id).sort()).toEqual(['common-1', 'for-another']);
  }, 120_000);

  it("are read with Apache's console consumer", async () => {
    await opened('console-1');

    const printed = await runJava('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...bootstrap(),
      '--topic',
      proposalsTopicOf('checkout'),
      '--from-beginning',
      '--timeout-ms',
      '10000',
      '--formatter-property',
      'print.headers=true',
    ]);

    expect(printed).toMatch(/ce_id:console-1,.*ce_team:checkout.*"title":"perf\(web\)/);
    expect(printed).not.toContain('for-another');
  }, 120_000);
});

describe("an event from Apache's console producer", () => {
  it('is a valid event in structured mode', async () => {
    const event = buildEvent(signalRaised, signalRaised.example, { source: '/monitors/nightly', id: 'console-signal' });
    await runJava(
      'org.apache.kafka.tools.ConsoleProducer',
      [
        ...bootstrap(),
        '--topic',
        signalRaised.topic,
        '--reader-property',
        'parse.headers=true',
        '--reader-property',
        'parse.key=true',
      ],
      { input: `content-type:application/cloudevents+json\tweb\t${JSON.stringify(event)}\n` },
    );

    const partition = partitionOf(Buffer.from('web'), signalRaised.partitions);
    const [record] = (await log.read({ topic: signalRaised.topic, partition }, 0n, 10)) as [LogRecord];

    expect(eventOf(record, signalRaised)).toMatchObject({ id: 'console-signal', data: signalRaised.example });
    expect(String(record.key)).toBe('web');
    expect(recordChecker(asyncApiDocument())(record)).toEqual([]);
  }, 120_000);
});

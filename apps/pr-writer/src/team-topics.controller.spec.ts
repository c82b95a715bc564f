import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  caseCommanded,
  HeadroomError,
  proposalOpened,
  proposalSettled,
  proposalsTopicOf,
  topicOf,
} from '@headroom/contracts';
import { createLogger, parseConfig } from '@headroom/platform';
import {
  EventPublisher,
  listDeadLetters,
  openMemory,
  type EmbeddedParts,
  type LogRecord,
  type LogTransport,
} from '@headroom/runtime';
import { eventually } from '@headroom/runtime/contract-suites';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { ServiceRepositories } from '@headroom/workspace';
import { PrWriterModule } from './pr-writer.module.js';

const config = parseConfig(
  `
version: 1
services:
  web:
    repository: { name: shop/web, url: ../web.git }
    team: search
    test: [npm, test]
  pay:
    repository: { name: shop/pay, url: ../pay.git }
    team: checkout
    test: [npm, test]
`,
  'headroom.config.yaml',
);
const proposal = proposalOpened.example;

let parts: EmbeddedParts;
let publisher: EventPublisher;
const stages: Stage[] = [];

async function startWriter(log: LogTransport = parts.log): Promise<Stage> {
  const repositories = new ServiceRepositories({
    config,
    locations: { configDir: '/nowhere', dataDir: '/nowhere' },
    cacheDir: '/nowhere',
  });
  const module = PrWriterModule.register({ repositories, trustedKeys: new Map(), proposalsDir: '/nowhere' });
  const stage = createStage(module, { ...parts, log, group: 'pr-writer', logger: createLogger({ level: 'silent' }) });
  stages.push(stage);
  await stage.start();
  return stage;
}

function recordsFor(team: string): Promise<LogRecord[]> {
  return parts.log.read({ topic: proposalsTopicOf(team), partition: 0 }, 0n, 100);
}

function headersOf(record: LogRecord | undefined): Record<string, string> {
  return Object.fromEntries((record?.headers ?? []).map(([name, value]) => [name, String(value)]));
}

async function common(): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < proposalOpened.partitions; partition += 1) {
    records.push(...(await parts.log.read({ topic: proposalOpened.topic, partition }, 0n, 100)));
  }
  return records;
}

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics([proposalOpened, proposalSettled, caseCommanded].map(topicOf));
  publisher = new EventPublisher(parts.log, { source: '/headroom/pr-writer' });
});

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
  await parts.close();
});

describe('the topic of a team', () => {
  it('holds the proposals of that team and no other, byte for byte and under the same id', async () => {
    await startWriter();
    await publisher.publish(proposalOpened, proposal, { id: 'for-search', team: 'search' });
    await publisher.publish(proposalOpened, { ...proposal, service: 'pay' }, { id: 'for-checkout', team: 'checkout' });

    await eventually(async () => {
      expect((await recordsFor('search')).map((each) => headersOf(each)['ce_id'])).toEqual(['for-search']);
      expect((await recordsFor('checkout')).map((each) => headersOf(each)['ce_id'])).toEqual(['for-checkout']);
    });
    const [copy] = await recordsFor('search');
    const original = (await common()).find((each) => headersOf(each)['ce_id'] === 'for-search');

    expect(headersOf(copy)).toEqual(headersOf(original));
    expect(headersOf(copy)['ce_team']).toBe('search');
    expect(copy?.value).toEqual(original?.value);
    expect(copy?.key).toEqual(original?.key);
  });

  it('tells what became of a proposal', async () => {
    await startWriter();
    await publisher.publish(proposalOpened, proposal, { id: 'opened', team: 'search' });
    await eventually(async () => expect(await recordsFor('search')).toHaveLength(1));
    await publisher.publish(proposalSettled, proposalSettled.example, { id: 'settled', team: 'search' });

    await eventually(async () =>
      expect((await recordsFor('search')).map((each) => headersOf(each)['ce_type'])).toEqual([
        proposalOpened.type,
        proposalSettled.type,
      ]),
    );
  });

  it('is told of what a person ended, and of an attempt that is over', async () => {
    await startWriter();
    const about = { ...caseCommanded.example, command: 'dismiss' as const };
    await publisher.publish(caseCommanded, { ...about, case: { ...about.case, attempt: 2 } });
    await eventually(async () => {
      const lags = await parts.log.lag('pr-writer');
      const commands = lags.filter(({ topic, committed }) => topic === caseCommanded.topic && committed === 1n);
      expect(commands).toHaveLength(1);
    });

    await publisher.publish(proposalOpened, proposal, { id: 'of-attempt-1', team: 'search' });
    await publisher.publish(proposalSettled, proposalSettled.example, { id: 'closed', team: 'search' });

    await eventually(async () =>
      expect((await recordsFor('search')).map((each) => headersOf(each)['ce_id']).sort()).toEqual([
        'closed',
        'of-attempt-1',
      ]),
    );
  });

  it('gets what was published while nobody copied', async () => {
    await publisher.publish(proposalOpened, proposal, { id: 'before-the-start', team: 'search' });

    await startWriter();

    await eventually(async () =>
      expect((await recordsFor('search')).map((each) => headersOf(each)['ce_id'])).toEqual(['before-the-start']),
    );
  });

  it('gets a proposal whose copy was not acknowledged at first', async () => {
    let refusals = 0;
    const log = new Proxy(parts.log, {
      get: (target, name) => {
        if (name === 'append') {
          return (records: Parameters<LogTransport['append']>[0]) => {
            if (refusals > 1 || records[0]?.topic !== proposalsTopicOf('search')) return target.append(records);
            refusals += 1;
            throw new HeadroomError('not now', { code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED', retryable: true });
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await startWriter(log);
    await publisher.publish(proposalOpened, proposal, { id: 'tried-again', team: 'search' });

    await eventually(async () => expect(await recordsFor('search')).toHaveLength(1));

    expect(refusals).toBe(2);
    expect(await listDeadLetters(parts.log)).toEqual([]);
  });

  it('follows the configuration where an event names no team', async () => {
    await startWriter();
    await publisher.publish(proposalOpened, proposal, { id: 'of-before' });

    await eventually(async () => expect(await recordsFor('search')).toHaveLength(1));

    expect(headersOf((await recordsFor('search'))[0])).toMatchObject({ ce_id: 'of-before', ce_team: 'search' });
  });

  it('makes a dead letter that names the fix of a proposal that has no team', async () => {
    await startWriter();
    await publisher.publish(proposalOpened, { ...proposal, service: 'nobody' });

    await eventually(async () =>
      expect(await listDeadLetters(parts.log)).toMatchObject([
        { group: 'pr-writer', errorCode: 'HEADROOM_SERVICE_NOT_CONFIGURED' },
      ]),
    );
  });
});

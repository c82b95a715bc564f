import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  allTopics,
  caseCommanded,
  contextGathered,
  findingOpened,
  type CaseHeader,
  type Commanded,
  type Context,
  type HeadroomEvent,
} from '@headroom/contracts';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, listDeadLetters, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { eventually } from '@headroom/runtime/contract-suites';
import { ServiceRepositories } from '@headroom/workspace';
import { claimCause } from './cause.claim.js';
import { ContextGathererModule } from './index.js';

const { case: header, ...finding } = findingOpened.example;

let parts: EmbeddedParts;
let stage: Stage;

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const config = configSchema.parse({ version: 1, services: {} });
  const locations = { configDir: '/nowhere', dataDir: '/nowhere' };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: '/nowhere' });
  const logger = createLogger({ level: 'silent' });
  stage = createStage(
    ContextGathererModule.register({ repositories, skillsDir: '/nowhere', config, locations, env: {} }),
    {
      ...parts,
      group: 'context-gatherer',
      logger,
    },
  );
  await stage.start();
});

afterEach(async () => {
  await stage.close();
  await parts.close();
});

function command(word: Commanded['command'], attempt: number, number = 1): Promise<HeadroomEvent<Commanded>> {
  const about = { ...header, attempt, step: `command.${number}` };
  const data = { ...caseCommanded.example, ...finding, case: about, command: word };
  return stage.get(EventPublisher).publish(caseCommanded, data);
}

async function gathered(): Promise<CaseHeader[]> {
  const found: CaseHeader[] = [];
  for (let partition = 0; partition < contextGathered.partitions; partition += 1) {
    const records = await parts.log.read({ topic: contextGathered.topic, partition }, 0n, 100);
    found.push(...records.map((record) => (eventOf(record, contextGathered)!.data as Context).case));
  }
  return found;
}

async function behind(): Promise<bigint> {
  return (await parts.log.lag('context-gatherer')).reduce((sum, { lag }) => sum + lag, 0n);
}

describe('the context-gatherer', () => {
  it('begins the new attempt of a retried case from its finding', async () => {
    const opened = await stage.get(EventPublisher).publish(findingOpened, findingOpened.example);
    await eventually(async () => expect(await gathered()).toHaveLength(1));

    const retry = await command('retry', 2);

    await eventually(async () =>
      expect(await gathered()).toEqual([
        { ...header, step: 'context.1', causationId: opened.id },
        { ...header, attempt: 2, step: 'context.1', causationId: retry.id },
      ]),
    );
  });

  it('takes up a retry that overtook its finding', async () => {
    await command('retry', 2);
    await stage.get(EventPublisher).publish(findingOpened, findingOpened.example);

    await eventually(async () => expect((await gathered()).map(({ attempt }) => attempt)).toEqual([2]));
    expect(await listDeadLetters(parts.log)).toEqual([]);
  });

  it('gives the lead on a cause up where it cannot go on', async () => {
    const author = { name: 'Author', email: 'author@team.example' };
    const change = { title: 'Share the table', committedAt: '2026-02-01T00:00:00Z', deployment: 'd-1', symbols: [] };
    const cause = { kind: 'commit' as const, commit: 'a'.repeat(40), author, ...change };
    const rootCause = { status: 'named' as const, cause, score: 0.9, evidence: ['It grew.'] };
    const claim = (caseId: string) => {
      const claimant = { caseId, service: 'web', subject: 'src/a.ts:a' };
      const claiming = { repository: 'team/shared', rootCause, claimant, attempt: 1 };
      return claimCause(parts.store, { find: async () => undefined }, claiming);
    };
    await claim(header.caseId);
    expect(await claim('reg-2')).toMatchObject({ caseId: header.caseId });

    await stage.get(EventPublisher).publish(findingOpened, findingOpened.example);

    await eventually(async () => expect(await claim('reg-2')).toBeUndefined());
  });

  it('gathers nothing for a case that was dismissed before', async () => {
    await command('dismiss', 1);
    await eventually(async () => expect(await behind()).toBe(0n));
    await stage.get(EventPublisher).publish(findingOpened, findingOpened.example);
    await stage.get(EventPublisher).publish(findingOpened, {
      ...findingOpened.example,
      case: { ...header, caseId: 'opp-00000000000000000000' },
    });

    await eventually(async () =>
      expect((await gathered()).map(({ caseId }) => caseId)).toEqual(['opp-00000000000000000000']),
    );
  });
});

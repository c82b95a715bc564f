import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  allTopics,
  caseIdOf,
  findingOpened,
  opportunityIdOf,
  opportunityState,
  scanRequested,
  sha256,
  signalRaised,
  type EventContract,
} from '@headroom/contracts';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway } from '@headroom/gateway';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { Registry } from 'prom-client';
import { HttpClient } from '../client.http.js';
import { opportunitiesCommand } from './opportunities.command.js';
import { requestCommand, type RequestOptions } from './request.command.js';

jest.setTimeout(60_000);

const WORDS = `function words(text) {
  return text.split(new RegExp('x'));
}`;
const SUBJECT = 'src/words.mjs:words';
const logger = createLogger({ level: 'silent' });
const of = { repository: 'shop/web', service: 'web', subject: SUBJECT, skill: 'regex-precompile' };
const id = opportunityIdOf(of);

let parts: EmbeddedParts;
let projector: Stage;
let gateway: Gateway;
let client: HttpClient;
let dir: string;
let repositories: ServiceRepositories;
let commits: TestCommit[];
let printed: string[];

async function commit(files: TestCommit['files']): Promise<void> {
  commits.push({ message: 'Change', files });
  await rm(join(dir, 'repository.git'), { recursive: true, force: true });
  await buildRepository(dir, commits);
}

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const trustedKeys = new Map();
  projector = createStage(ProjectorModule.register({ trustedKeys }), { group: PROJECTOR_GROUP, ...parts, logger });
  await projector.start();
  gateway = await startGateway({ ...parts, trustedKeys, logger, registry: new Registry(), status: () => [] });
  client = new HttpClient({ url: gateway.url });
  dir = await mkdtemp(join(tmpdir(), 'headroom-request-'));
  commits = [];
  await commit({ 'src/words.mjs': `export ${WORDS}\n` });
  const repository = { name: 'shop/web', url: join(dir, 'repository.git') };
  const config = configSchema.parse({ version: 1, services: { web: { repository, team: 'search', test: ['true'] } } });
  const locations = { configDir: dir, dataDir: dir };
  repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  printed = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await projector.close();
  await gateway.close();
  await parts.close();
  await rm(dir, { recursive: true, force: true });
});

async function until(check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await check());) {
    if (Date.now() > end) throw new Error('it did not happen');
    await delay(20);
  }
}

async function tell(): Promise<void> {
  const { found } = opportunityState.example;
  const known = {
    ...found!,
    subject: SUBJECT,
    subjectContent: sha256(WORDS),
    place: { path: 'src/words.mjs', line: 2 },
  };
  const data = { id, service: 'web', repository: 'shop/web', status: 'found' as const, found: known };
  await projector.get(EventPublisher).publish(opportunityState, data);
  await until(async () => (await client.opportunities({})).length === 1);
}

function ask(what: string, more: Partial<RequestOptions> = {}): Promise<number> {
  return requestCommand(client, what, repositories, { services: ['web'], ...more });
}

async function sent<Data>(contract: EventContract<Data>): Promise<Data[]> {
  const found: Data[] = [];
  for (let partition = 0; partition < contract.partitions; partition += 1) {
    const records = await parts.log.read({ topic: contract.topic, partition }, 0n, 100);
    found.push(...records.map((record) => eventOf(record, contract as EventContract)!.data as Data));
  }
  return found;
}

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'nothing was refused',
    ({ code }: { code: string }) => code,
  );

describe('a request for an opportunity', () => {
  it('takes subject, skill and content from the catalogue', async () => {
    await tell();

    await ask(id, { requestedBy: 'search team' });

    expect(await sent(signalRaised)).toEqual([
      {
        service: 'web',
        kind: 'opportunity-requested',
        subject: SUBJECT,
        repository: 'shop/web',
        subjectContent: sha256(WORDS),
        skill: 'regex-precompile',
        requestedBy: 'search team',
      },
    ]);
  });

  it('may name a function, of the only service that there is', async () => {
    await ask(SUBJECT);

    expect(await sent(signalRaised)).toMatchObject([
      { service: 'web', subject: SUBJECT, subjectContent: sha256(WORDS) },
    ]);
  });

  it('of several services takes the one whose opportunity the function is, or asks', async () => {
    const services = ['web', 'shop'];
    expect(await codeOf(ask(SUBJECT, { services }))).toBe('HEADROOM_USAGE');

    await tell();
    await ask(SUBJECT, { services });

    expect(await sent(signalRaised)).toMatchObject([{ service: 'web' }]);
  });

  it('is refused when the code has changed or is gone', async () => {
    await tell();
    await commit({ 'src/words.mjs': 'export function words(text) {\n  return text;\n}\n' });
    expect(await codeOf(ask(id))).toBe('HEADROOM_OPPORTUNITY_CHANGED');

    await commit({ 'src/words.mjs': null, 'src/other.mjs': '' });
    expect(await codeOf(ask(id))).toBe('HEADROOM_OPPORTUNITY_CHANGED');
    expect(await sent(signalRaised)).toEqual([]);
  });

  it('is refused when it is unknown, or neither an id nor a function', async () => {
    expect(await codeOf(ask(id))).toBe('HEADROOM_OPPORTUNITY_NOT_FOUND');
    expect(await codeOf(ask('words'))).toBe('HEADROOM_USAGE');
  });

  it('is refused when the repository wants none, by id and by function', async () => {
    await tell();
    await commit({ '.headroom.yml': 'version: 1\nopportunities: off\n' });

    expect(await codeOf(ask(id))).toBe('HEADROOM_OPPORTUNITIES_OFF');
    expect(await codeOf(ask(SUBJECT))).toBe('HEADROOM_OPPORTUNITIES_OFF');
    expect(await sent(signalRaised)).toEqual([]);
  });

  it('is refused when there is a case for that code, and says which', async () => {
    await tell();
    const { repository, subject } = of;
    const caseId = caseIdOf({ repository, kind: 'opportunity', subject, anchor: sha256(WORDS) });
    const { case: header, ...finding } = findingOpened.example;
    const opened = { ...finding, repository, subject, case: { ...header, caseId } };
    await projector.get(EventPublisher).publish(findingOpened, opened);
    await until(async () => (await client.opportunity(id)).case !== undefined);

    await expect(ask(id)).rejects.toThrow(caseId);
  });

  it('is refused when service or skill contradict the catalogue', async () => {
    await tell();

    expect(await codeOf(ask(id, { skill: 'another' }))).toBe('HEADROOM_USAGE');
    expect(await codeOf(ask(id, { service: 'shop' }))).toBe('HEADROOM_USAGE');
  });
});

describe('headroom opportunities', () => {
  it('lists the catalogue as a table or as JSON, of a service or a skill', async () => {
    await tell();

    await opportunitiesCommand(client, { service: 'web' });
    await opportunitiesCommand(client, { skill: 'another', json: true });

    expect(printed[0]).toContain(`headroom request ${id}`);
    expect(JSON.parse(printed[1]!)).toEqual({ opportunities: [] });
  });

  it('asks to look at a service now', async () => {
    await opportunitiesCommand(client, { scan: true, service: 'web', requestedBy: 'search' });

    expect(await sent(scanRequested)).toEqual([{ service: 'web', requestedBy: 'search' }]);
    expect(await codeOf(opportunitiesCommand(client, { scan: true }))).toBe('HEADROOM_USAGE');
  });
});

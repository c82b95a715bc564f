import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mcpTools, type ListedTool } from '@headroom/agent';
import {
  allTopics,
  contextGathered,
  draftConcluded,
  type Context,
  type Draft,
  type RootCause,
} from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { loadSkills } from '@headroom/skills';
import { buildRepository } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { SkillExecutorModule, type ModelAccess } from './index.js';

jest.setTimeout(120_000);
lookFor(60_000);

const FILES = {
  'src/words.ts': [
    'export function words(text: string): string[] {',
    "  return text.split(new RegExp('[ ]+'));",
    '}',
    'export function slug(title: string): string {',
    "  return title.toLowerCase().split('-').join(' ');",
    '}',
    '',
  ].join('\n'),
  'config/app.yaml': 'cache:\n  entries: 0 # was more\n',
};
const { case: header, service, repository, owners } = contextGathered.example;
const SKILLS = resolve('../../skills');
const NOT_APPLICABLE: RootCause = { status: 'not-applicable' };

let dir: string;
let bare: string;
let commit: string;
let parts: EmbeddedParts;
let stage: Stage;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-executor-'));
  const built = await buildRepository(join(dir, 'origin'), [{ message: 'one', files: FILES }]);
  ({ bare } = built);
  commit = built.commits[0]!;
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
});

afterEach(async () => {
  await stage.close();
  await parts.close();
  await rm(dir, { recursive: true, force: true });
});

async function start({
  sendToModel = false,
  model,
}: { sendToModel?: boolean; model?: ModelAccess } = {}): Promise<void> {
  const config = configSchema.parse({
    version: 1,
    services: {
      [service]: { repository: { name: repository, url: bare, sendToModel }, team: 'search', test: ['true'] },
    },
  });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const skillsDir = SKILLS;
  const module = SkillExecutorModule.register({ repositories, skillsDir, workDir: join(dir, 'work'), model });
  stage = createStage(module, { ...parts, group: 'skill-executor', logger: createLogger({ level: 'silent' }) });
  await stage.start();
}

async function gather(subject: string, finding: object, rootCause = NOT_APPLICABLE): Promise<void> {
  const kind = rootCause === NOT_APPLICABLE ? 'opportunity' : 'regression';
  const about = { case: header, kind, service, repository, subject } as const;
  const base = { branch: 'main', commit };
  const document = {
    format: 'headroom.dossier.v1',
    finding: { ...about, ...finding },
    base,
    rootCause,
    ranked: [],
    owners,
    reviewers: owners,
    observations: [],
    notes: [],
  } as unknown as DossierDocument;
  const dossier = await parts.blobs.put(Buffer.from(JSON.stringify(document)), 'application/json');
  const data: Context = { ...about, base, rootCause, ranked: [], owners, dossier };
  await stage.get(EventPublisher).publish(contextGathered, data);
}

async function drafts(): Promise<Draft[]> {
  const found: Draft[] = [];
  for (let partition = 0; partition < draftConcluded.partitions; partition += 1) {
    const records = await parts.log.read({ topic: draftConcluded.topic, partition }, 0n, 100);
    found.push(...records.map((record) => eventOf(record, draftConcluded)!.data as Draft));
  }
  return found;
}

async function drafted(count = 1): Promise<Draft> {
  await eventually(async () => expect(await drafts()).toHaveLength(count));
  return (await drafts()).at(-1)!;
}

async function toolsOf(name: string): Promise<ListedTool[]> {
  const { skills } = await loadSkills(SKILLS);
  const { requiresTools = [] } = skills.find((skill) => skill.name === name) ?? {};
  return requiresTools.map((tool) => ({ name: tool, description: tool, inputSchema: { type: 'object' } }));
}

const opportunity = (skill?: string) => ({
  opportunity: { subjectContent: 'a'.repeat(64), profiles: [], ...(skill === undefined ? {} : { skill }) },
});

const regression = {
  regression: {
    metric: 'cpu-seconds-per-unit',
    unitOfWork: 'request',
    changePoint: { deployment: 'd-2', kind: 'config', deployedAt: '2026-11-02T10:00:00Z' },
    before: 0.00004,
    after: 0.0001,
    delta: 0.00006,
    deltaOfService: 0.3,
    chain: [{ id: 'src/words.ts:slug', origin: 'first-party', delta: 0.00006 }],
    grownCallees: [],
    qualityFlags: [],
    profiles: { before: [], after: [] },
  },
};

describe('the skill-executor', () => {
  it('drafts with the playbook of the skill that matches, and says which it was', async () => {
    await start();

    await gather('src/words.ts:words', opportunity('regex-precompile'));

    const draft = await drafted();
    expect(draft).toMatchObject({ outcome: 'patch', files: ['src/words.ts'], case: { step: 'draft.1' } });
    expect(draft.skill).toMatchObject({ name: 'regex-precompile', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await parts.blobs.get(draft.patch!)).toString()).toContain("+const WORDS_PATTERN = new RegExp('[ ]+');");
  });

  it.each(['', ', though its profiles are no longer kept'])('sets a setting back that is the cause%s', async (lost) => {
    await start();
    const cause = { kind: 'config', key: 'cache.entries', before: '1000', after: '0', deployment: 'd-2' } as const;
    const gone = { ...(await parts.blobs.put(Buffer.from('{}'), 'application/json')), sha256: '0'.repeat(64) };
    const profiles = { before: [gone], after: [gone] };
    const finding = lost === '' ? regression : { regression: { ...regression.regression, profiles } };

    await gather('src/words.ts:slug', finding, {
      status: 'named',
      cause,
      score: 0.9,
      evidence: ['It is read there.'],
    });

    const draft = await drafted();
    expect(draft).toMatchObject({ outcome: 'config', skill: { name: 'config-revert' }, files: ['config/app.yaml'] });
    expect((await parts.blobs.get(draft.patch!)).toString()).toContain('+  entries: 1000 # was more');
  });

  it('sends no code of a repository that did not agree', async () => {
    const { agent: settings } = configSchema.parse({ version: 1, services: {} });
    const tools = mcpTools({ url: 'http://tools.example', version: '0' });
    await start({ model: { settings, key: 'key', secrets: ['key'], tools } });

    await gather('src/words.ts:slug', opportunity('memoize-pure'));

    expect(await drafted()).toMatchObject({
      outcome: 'abstain',
      stopped: { reason: 'model-not-allowed', message: expect.stringContaining('repository.sendToModel is not true') },
    });
    expect(await stage.runtime.parked()).toEqual([]);
  });

  it('lets a case wait that needs the model, and takes it up by itself when there is a key', async () => {
    await start({ sendToModel: true });
    await gather('src/words.ts:slug', opportunity('memoize-pure'));
    expect(await drafted()).toMatchObject({ outcome: 'abstain', parked: { reason: 'needs-model' } });
    await eventually(async () => expect(await stage.runtime.parked()).toHaveLength(1));
    await stage.close();
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"type":"error","error":{"type":"authentication_error","message":"invalid key"}}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { agent: settings } = configSchema.parse({
      version: 1,
      services: {},
      agent: { baseUrl: `http://127.0.0.1:${port}` },
    });
    const tools = { ...mcpTools({ url: 'http://tools.example', version: '0' }), list: () => toolsOf('memoize-pure') };

    await start({ sendToModel: true, model: { settings, key: 'wrong', secrets: ['wrong'], tools } });

    expect(await drafted(2)).toMatchObject({
      outcome: 'abstain',
      parked: { reason: 'needs-model' },
      case: { step: 'draft.2' },
    });
    expect(requests).toEqual(['POST /v1/messages']);
    server.close();
  });
});

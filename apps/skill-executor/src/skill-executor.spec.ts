import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mcpTools, type ListedTool } from '@headroom/agent';
import {
  allTopics,
  contextGathered,
  draftConcluded,
  HeadroomError,
  type Context,
  type Draft,
  type RootCause,
} from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, openMemory, type EmbeddedParts, type KeyValueStore } from '@headroom/runtime';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { loadSkills } from '@headroom/skills';
import { buildRepository, calls, fails, MessagesServer, says, type Answer, type SeenRequest } from '@headroom/testing';
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
  store = parts.store,
  skillsDir = SKILLS,
  logFile,
}: {
  sendToModel?: boolean;
  model?: ModelAccess;
  store?: KeyValueStore;
  skillsDir?: string;
  logFile?: string;
} = {}): Promise<void> {
  const config = configSchema.parse({
    version: 1,
    services: {
      [service]: { repository: { name: repository, url: bare, sendToModel }, team: 'search', test: ['true'] },
    },
  });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const module = SkillExecutorModule.register({ repositories, skillsDir, workDir: join(dir, 'work'), model });
  const logger = createLogger(logFile === undefined ? { level: 'silent' } : { level: 'debug', file: logFile });
  stage = createStage(module, { ...parts, store, group: 'skill-executor', logger });
  await stage.start();
}

async function writeSkill(skillsDir: string, name: string): Promise<void> {
  await mkdir(join(skillsDir, name), { recursive: true });
  const lines = [
    '---',
    `name: ${name}`,
    'description: Does something. Use when it is asked for.',
    'metadata:',
    "  headroom.dev/kind: 'opportunity'",
    "  headroom.dev/side: 'offense'",
    "  headroom.dev/version: '1.0.0'",
    "  headroom.dev/applies-to: 'lang:cobol'",
    "  headroom.dev/playbook: 'none'",
    '---',
    '',
    '# Something',
    '',
  ];
  await writeFile(join(skillsDir, name, 'SKILL.md'), lines.join('\n'));
}

/** The store, away until the outage is over. */
function awayUntil(outage: { isOver: boolean }): KeyValueStore {
  return new Proxy(parts.store, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]): Promise<unknown> => {
        if (outage.isOver) return Reflect.apply(method, target, given);
        throw new HeadroomError('The store is away', { code: 'HEADROOM_STORE_AWAY', retryable: true });
      };
    },
  });
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

const ABSTAINS = { outcome: 'abstain', reason: 'low-confidence', summary: 'Nothing shows it.', facts: [] };

/** A scripted model whose cache keeps nothing. */
function scripted(answer: (request: SeenRequest) => Answer): Promise<MessagesServer> {
  const scenario = { name: 'answers', answer };
  return new MessagesServer({ scenario, key: 'right', cacheMinimumTokens: 1_000_000 }).listen();
}

async function accessTo({ url }: MessagesServer): Promise<ModelAccess> {
  const price = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };
  const agent = { baseUrl: url, model: 'scripted', prices: { scripted: price } };
  const { agent: settings } = configSchema.parse({ version: 1, services: {}, agent });
  const tools = { ...mcpTools({ url: 'http://tools.example', version: '0' }), list: () => toolsOf('memoize-pure') };
  return { settings, key: 'right', secrets: ['right'], tools };
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

  it('says of a requested skill why it does not apply, and nothing of the others', async () => {
    await start();

    await gather('src/words.ts:words', opportunity('presize-collection'));

    const { stopped } = await drafted();
    expect(stopped).toMatchObject({ reason: 'no-skill', message: expect.stringMatching(/^presize-collection: It /) });
    expect(stopped!.message).not.toMatch(/memoize-pure|config-revert/);
  });

  it('leaves a case alone however many skills there are that do not apply', async () => {
    const skillsDir = join(dir, 'skills');
    for (let index = 0; index < 60; index += 1) await writeSkill(skillsDir, `only-for-cobol-${index}`);
    await start({ skillsDir });

    await gather('src/words.ts:words', opportunity());

    const { stopped } = await drafted();
    expect(stopped).toMatchObject({ reason: 'no-skill', message: expect.stringMatching(/^only-for-cobol-0: It .*…$/) });
  });

  it('says what to mend where the repository cannot be read any more', async () => {
    await start();
    await rm(bare, { recursive: true });

    await gather('src/words.ts:words', opportunity());

    expect(await drafted()).toMatchObject({
      outcome: 'abstain',
      stopped: { reason: 'repository-unreadable', message: expect.stringContaining('Check the url') },
    });
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

  it('lets a case wait that needs the model, and takes it up by itself when there is a key, however late the store', async () => {
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
    const outage = { isOver: false };
    const model = { settings, key: 'wrong', secrets: ['wrong'], tools };

    await start({ sendToModel: true, model, store: awayUntil(outage) });
    expect(stage.status).toBe('RUNNING');
    outage.isOver = true;

    expect(await drafted(2)).toMatchObject({
      outcome: 'abstain',
      parked: { reason: 'needs-model' },
      case: { step: 'draft.2' },
    });
    expect(requests).toEqual(['POST /v1/messages']);
    server.close();
  });

  it.each([
    ['its note', 'It is *meant*.', 'It is *meant*.'],
    ['its summary, where it wrote no note', undefined, 'The growth is meant.'],
  ])('hands on that the model accepts a cost, with %s', async (_, note, told) => {
    const believed = (n: number) => ({ text: `Belief ${'x'.repeat(n)}`, confidence: 0.5, refutedBy: 'A look.' });
    const conclusion = {
      outcome: 'accept',
      summary: 'The growth is meant.',
      // Nothing shows them: they are handed on as hypotheses.
      facts: Array.from({ length: 20 }, (__, n) => ({ text: `Fact ${'x'.repeat(n)}`, evidence: ['ev-none'] })),
      hypotheses: Array.from({ length: 10 }, (__, n) => believed(n)),
      alternatives: [{ action: 'revert', text: 'y'.repeat(600), cost: 'a', risk: 'b', saving: 'c' }],
      ...(note !== undefined && { note }),
    };
    const server = await scripted(() => calls({ tool: 'conclude', input: conclusion }));
    await start({ sendToModel: true, model: await accessTo(server) });

    await gather('src/words.ts:slug', opportunity('memoize-pure'));

    const draft = await drafted();
    expect(draft).toMatchObject({ outcome: 'accept', files: [], facts: [], model: { name: 'scripted' } });
    expect(draft.hypotheses).toHaveLength(30);
    expect(draft.alternatives).toMatchObject([{ outcome: 'revert', title: 'y'.repeat(600) }]);
    expect((await parts.blobs.get(draft.note!)).toString()).toBe(told);
    await server.close();
  });

  it('tells in the log what each call of the model took, that one was tried again, and that nothing came from the cache', async () => {
    const server = await scripted(({ turn, ordinal }) => {
      if (ordinal === 1) return fails(529, 'Overloaded', { afterMs: 1 });
      return turn === 1 ? says('Hm.') : calls({ tool: 'conclude', input: ABSTAINS });
    });
    const logFile = join(dir, 'log.jsonl');
    await start({ sendToModel: true, model: await accessTo(server), logFile });

    await gather('src/words.ts:slug', opportunity('memoize-pure'));

    expect(await drafted()).toMatchObject({ outcome: 'abstain', stopped: { reason: 'low-confidence' } });
    const lines = (await readFile(logFile, 'utf8')).trim().split('\n');
    const told = lines.map(
      (line) => JSON.parse(line) as { msg: string; turn?: number; usd?: number; message?: string },
    );
    expect(told.filter(({ msg }) => msg === 'the model answered')).toMatchObject([
      { turn: 1, retries: 1, usd: expect.any(Number), caseId: header.caseId },
      { turn: 2, retries: 0, cacheReadShare: 0 },
    ]);
    expect(told).toContainEqual(
      expect.objectContaining({ level: 40, try: 1, message: expect.stringContaining('529') }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ level: 40, message: expect.stringContaining('prompt cache') }),
    );
    await server.close();
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foldCase, type CaseView } from '@headroom/cases';
import {
  allTopics,
  caseIdOf,
  contextGathered,
  draftConcluded,
  findingOpened,
  proposalOpened,
  proposalSettled,
  verificationConcluded,
  type CaseHeader,
  type Context,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { caseKey, PROJECTOR_GROUP } from '@headroom/indexes';
import { subjectContent, type DossierDocument, type Section } from '@headroom/investigation';
import { dossierMarkdown } from '@headroom/investigation/dossier';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, openMemory, Runtime, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { loadSkills } from '@headroom/skills';
import { buildRepository } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { ContextGathererModule } from './index.js';

const source = `export function tokenize(text: string): string[] {
  return text.split(new RegExp('[ ]+'));
}
export function slug(title: string): string {
  return title.replace(new RegExp('[ ]+'), '-');
}
export function search(text: string): number {
  return tokenize(text).length;
}
`;
const patch = `--- a/src/search.ts\n+++ b/src/search.ts\n@@ -1,2 +1,3 @@\n+const WORDS = new RegExp('[ ]+');\n`;
const contracts = [
  findingOpened,
  contextGathered,
  draftConcluded,
  verificationConcluded,
  proposalOpened,
  proposalSettled,
];

const skillsDir = join(import.meta.dirname, '../../../skills');

let dir: string;
let parts: EmbeddedParts;
let stage: Stage;
let projector: Runtime;

/** Folds cases as the projector does; that their evidence is believed is not the matter here. */
async function startProjector(): Promise<Runtime> {
  const runtime = new Runtime({ ...parts, group: PROJECTOR_GROUP, logger: createLogger({ level: 'silent' }) });
  runtime.subscribeStream({
    contracts,
    handler: async (batch, context) => {
      for (const { event } of batch) {
        const { caseId } = (event.data as { case: CaseHeader }).case;
        const view = await context.get<CaseView>(caseKey(caseId));
        context.put(caseKey(caseId), foldCase(view, event as HeadroomEvent, { trusted: true }));
      }
    },
  });
  await runtime.start();
  return runtime;
}

beforeAll(async () => {
  lookFor(30_000);
  dir = await mkdtemp(join(tmpdir(), 'headroom-resolved-'));
  const { bare } = await buildRepository(join(dir, 'origin'), [
    { message: 'search: split', files: { 'src/search.ts': source } },
  ]);
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const services = { web: { repository: { name: 'shop/web', url: bare }, team: 'shop', test: ['true'] } };
  const config = configSchema.parse({ version: 1, services });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'cache') });
  stage = createStage(ContextGathererModule.register({ repositories, skillsDir, config, locations, env: {} }), {
    ...parts,
    group: 'context-gatherer',
    logger: createLogger({ level: 'silent' }),
  });
  projector = await startProjector();
  await stage.start();
}, 60_000);

afterAll(async () => {
  await stage.close();
  await projector.close();
  await parts.close();
  await rm(dir, { recursive: true, force: true });
});

function about(symbol: string, step: string) {
  const subject = `src/search.ts:${symbol}`;
  const shared = { service: 'web', repository: 'shop/web', kind: 'opportunity' as const, subject };
  const caseId = caseIdOf({ ...shared, anchor: symbol });
  return { ...shared, case: { caseId, attempt: 1, step, causationId: 'test' } };
}

async function publish<Data extends object>(contract: EventContract<Data>, symbol: string, step: string, change = {}) {
  await projector.publisher.publish(contract, { ...contract.example, ...about(symbol, step), ...change });
}

async function dossierOf(symbol: string): Promise<DossierDocument> {
  const content = subjectContent(source, 'src/search.ts', symbol)!;
  await publish(findingOpened, symbol, 'finding.1', { opportunity: { subjectContent: content, profiles: [] } });
  const { caseId } = about(symbol, '').case;
  return eventually(async () => {
    for (let partition = 0; partition < contextGathered.partitions; partition += 1) {
      for (const record of await parts.log.read({ topic: contextGathered.topic, partition }, 0n, 100)) {
        const data = eventOf(record, contextGathered)!.data as Context;
        if (data.case.caseId !== caseId || !data.dossier) continue;
        return JSON.parse((await parts.blobs.get(data.dossier)).toString()) as DossierDocument;
      }
    }
    throw new Error('no context yet');
  });
}

function sectionOf(document: DossierDocument, name: string): Section {
  return document.report!.sections.find((section) => section.name === name)!;
}

describe('the dossier of an opportunity', () => {
  it('tells how its pattern was resolved before, with the diff and what became of it', async () => {
    const first = await dossierOf('slug');
    expect(sectionOf(first, 'resolved-before').missing).toEqual([
      'No earlier candidate of regex-precompile has come to an end here: there is no example of its pattern yet.',
    ]);

    const diff = await parts.blobs.put(Buffer.from(patch), 'text/x-diff');
    await publish(draftConcluded, 'slug', 'draft.1', { patch: diff });
    await publish(verificationConcluded, 'slug', 'verify.1', { verdict: 'improved', patch: diff });
    await publish(proposalOpened, 'slug', 'proposal.1', { title: 'perf(web): precompile in slug' });
    await publish(proposalSettled, 'slug', 'settled.1', { outcome: 'merged', stopped: undefined });
    await dossierOf('search');
    await publish(draftConcluded, 'search', 'draft.1', { patch: diff });
    const { caseId } = about('slug', '').case;
    await eventually(async () => {
      const lag = (await parts.log.lag(PROJECTOR_GROUP)).reduce((sum, each) => sum + each.lag, 0n);
      expect(lag).toBe(0n);
    });

    const second = await dossierOf('tokenize');
    const { statements, quotes, missing } = sectionOf(second, 'resolved-before');
    expect(missing).toEqual([]);
    expect(statements.map(({ text }) => text)).toEqual([
      `${caseId}, src/search.ts:slug of web, merged: proposal "perf(web): precompile in slug". Verdict: improved. Outcome: merged.`,
    ]);
    expect(quotes).toMatchObject([{ title: `Candidate of ${caseId}, merged`, trust: 'untrusted', text: patch }]);
    const asked = new Map(second.report!.citations.map(({ id, tool }) => [id, tool]));
    expect(quotes[0]!.cites.map((id) => asked.get(id))).toEqual(['blobs_read_slice', 'cases_find_similar']);
  });

  it('has the document of the skill that may answer it, who calls the function, and what a fix has to show', async () => {
    const document = await dossierOf('tokenize');
    expect(sectionOf(document, 'pattern').quotes[0]).toMatchObject({
      title: 'Document of regex-precompile',
      trust: 'trusted',
      text: expect.stringContaining('## When to abstain'),
    });
    expect(sectionOf(document, 'code').statements.map(({ text }) => text)).toEqual([
      'Called as tokenize by src/search.ts:search, src/search.ts:8.',
    ]);
    expect(sectionOf(document, 'symptoms').statements[1]!.text).toContain('it is looked at on the branch main at ');
    expect(sectionOf(document, 'validation').statements.at(-1)!.text).toMatch(/tokenize takes now can be won/);
    const page = dossierMarkdown('Dossier', document.report!);
    expect(page).toContain('## Where the cost flows');
    const { skills } = await loadSkills(skillsDir);
    const version = skills.find(({ name }) => name === 'regex-precompile')?.version;
    expect(page).toMatch(/\d+\. skill, regex-precompile \d/);
    expect(page).toContain(`skill, regex-precompile ${version} of the catalogue, trusted, \`skill:regex-precompile@`);
  });
});

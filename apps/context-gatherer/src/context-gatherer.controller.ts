import {
  caseCommanded,
  contextGathered,
  findingOpened,
  findingRevised,
  HeadroomError,
  type BlobRef,
  type CaseHeader,
  type Commanded,
  type Context,
  type Finding,
  type HeadroomEvent,
  type Revised,
} from '@headroom/contracts';
import { composeDossier, gatherContext, SourceMemory, type Dossier } from '@headroom/investigation';
import { verificationOf, type HeadroomConfig } from '@headroom/platform';
import { decodeStacks, mergeStacks, type Stacks } from '@headroom/profiling';
import { Runtime, type BlobStore, type KeyValueStore, type TaskContext } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, Subscribe } from '@headroom/runtime/nest';
import { repositoryStop, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { allTools, portsOf, redactDeep, Toolbox } from '@headroom/tools';
import { Controller, Inject } from '@nestjs/common';
import { claimCause, following, releaseCause } from './cause.claim.js';
import { CONFIGURATION, REPOSITORIES, type Configuration } from './tokens.js';

/** A finding with the event that it came with. */
type KnownFinding = Finding & { opened?: { id: string; at: string } };

type Gathered = Omit<Context, 'case' | 'kind' | 'service' | 'repository' | 'subject'>;

/** For a finding that has no time of its own: the clock would make another dossier each time. */
const EPOCH = '1970-01-01T00:00:00.000Z';
/** A finding is kept as long as its case may be retried. Milliseconds. */
const FINDING_RETENTION_MS = 180 * 86_400_000;

function findingKey(caseId: string): string {
  return `context-gatherer:finding:${caseId}`;
}

function attemptKey(caseId: string): string {
  return `context-gatherer:attempt:${caseId}`;
}

/** The finding with one more deployment that can be the change point, in the order in which they were deployed. */
function withCandidate(finding: KnownFinding, change: Revised['change']): KnownFinding {
  const { regression } = finding;
  if (!regression) return finding;
  const others = regression.candidates.filter(({ deployment }) => deployment !== change.deployment);
  const candidates = [...others, change].sort((a, b) => Date.parse(a.deployedAt) - Date.parse(b.deployedAt));
  return { ...finding, regression: { ...regression, candidates } };
}

/** Builds the dossier of a case. */
@Controller()
export class ContextGathererController {
  readonly #runtime: Runtime;
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #config: HeadroomConfig;
  readonly #tools: Toolbox;
  readonly #sources = new SourceMemory();

  constructor(
    @Inject(Runtime) runtime: Runtime,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(CONFIGURATION) { config, locations, env }: Configuration,
  ) {
    this.#runtime = runtime;
    this.#store = store;
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#config = config;
    const tools = allTools(portsOf({ config, locations, env, store, blobs, repositories }));
    this.#tools = new Toolbox(tools, { blobs, now: () => Date.now() });
  }

  // A new attempt may have been asked for before the finding arrived here; it begins from what is kept.
  @Subscribe(findingOpened, { outdated: 'remembered' })
  async handle(event: HeadroomEvent<Finding>, context: TaskContext): Promise<void> {
    const { id, time: at = EPOCH } = event;
    const data: KnownFinding = { ...event.data, opened: { id, at } };
    await this.#keep(data);
    await this.#begin(data, { ...data.case, causationId: event.id }, context);
  }

  /** A new attempt begins here, from the finding. */
  @Subscribe(caseCommanded)
  async obey(event: HeadroomEvent<Commanded>, context: TaskContext): Promise<void> {
    await this.#runtime.obey(event);
    const { command, case: header } = event.data;
    if (command === 'dismiss') await releaseCause(this.#store, header.caseId);
    if (command !== 'retry') return;
    const finding = await this.#findingOf(header.caseId);
    const { caseId, attempt } = header;
    await this.#begin(finding, { ...finding.case, caseId, attempt, causationId: event.id }, context);
  }

  /** A change that was announced late begins a new attempt where it ranks first; else it is only one more candidate. */
  @Subscribe(findingRevised, { outdated: 'handled' })
  async revise(event: HeadroomEvent<Revised>, context: TaskContext): Promise<void> {
    const { case: header, change } = event.data;
    const { caseId, step } = header;
    const finding = withCandidate(await this.#findingOf(caseId), change);
    const gathered = await context.step(`context.${step}`, () => this.#gather(finding, context.signal));
    await this.#keep(finding);
    if (gathered.ranked[0]?.deployment !== change.deployment) return;
    const attempt = await context.step(`attempt.${step}`, async () => (await this.#attemptOf(caseId)) + 1);
    await this.#publish(finding, { ...finding.case, caseId, attempt, causationId: event.id }, gathered, context);
  }

  async #findingOf(caseId: string): Promise<KnownFinding> {
    const finding = await this.#store.get<KnownFinding>(findingKey(caseId));
    if (finding) return finding;
    throw new HeadroomError(
      `The finding of case ${caseId} has not arrived at the context-gatherer, or is no longer kept; the case cannot go on without it.`,
      { code: 'HEADROOM_FINDING_MISSING', retryable: true },
    );
  }

  async #keep(finding: KnownFinding): Promise<void> {
    const key = findingKey(finding.case.caseId);
    await this.#store.put(key, finding);
    await this.#store.expire(key, FINDING_RETENTION_MS);
  }

  /** The highest attempt that was begun here. */
  async #attemptOf(caseId: string): Promise<number> {
    return (await this.#store.get<number>(attemptKey(caseId))) ?? 1;
  }

  async #begin(found: KnownFinding, about: CaseHeader, context: TaskContext): Promise<void> {
    const finding = { ...found, case: { ...found.case, attempt: about.attempt } };
    const gathered = await context.step('context.1', () => this.#gather(finding, context.signal));
    await this.#publish(finding, about, gathered, context);
  }

  async #publish(finding: KnownFinding, about: CaseHeader, gathered: Gathered, context: TaskContext): Promise<void> {
    const { kind, service, repository, subject } = finding;
    const { caseId, attempt } = about;
    if (attempt > (await this.#attemptOf(caseId))) {
      await this.#store.put(attemptKey(caseId), attempt);
      await this.#store.expire(attemptKey(caseId), FINDING_RETENTION_MS);
    }
    const header = { ...about, step: 'context.1' };
    await context.publish(
      contextGathered,
      { case: header, kind, service, repository, subject, ...gathered },
      { step: 'context.1' },
    );
  }

  async #gather({ opened, ...finding }: KnownFinding, signal: AbortSignal): Promise<Gathered> {
    let service: ServiceRepository;
    try {
      service = await this.#repositories.open(finding.service, signal);
    } catch (error) {
      return stoppedBy(error, finding);
    }
    const { settings, mirror } = service;
    const profiles = finding.regression && (await this.#profiles(finding.regression.profiles));
    const dossier = await gatherContext({
      finding,
      ...(profiles && { profiles }),
      mirror,
      baseBranch: settings.repository.branch,
      team: settings.team,
      sources: this.#sources,
    });
    const { minimumEffect } = verificationOf(this.#config, settings);
    const origin = opened ?? { id: finding.case.causationId, at: finding.regression?.changePoint.deployedAt ?? EPOCH };
    const { document } = dossier;
    const about = { document, findingId: origin.id, at: origin.at, minimumEffect };
    const report = await composeDossier({ ...about, tools: this.#tools, signal });
    // What leaves here is read by people, models and tools.
    const shown = redactDeep({ ...dossier, document: { ...document, report } });
    return this.#claimed(finding, await this.#stored(shown));
  }

  async #claimed({ case: { caseId }, service, repository, subject }: Finding, gathered: Gathered): Promise<Gathered> {
    if (gathered.stopped) return gathered;
    const leading = await claimCause(this.#store, repository, gathered.rootCause, { caseId, service, subject });
    return leading ? { ...gathered, ...following(leading) } : gathered;
  }

  async #profiles(refs: NonNullable<Finding['regression']>['profiles']): Promise<{ before: Stacks; after: Stacks }> {
    const merged = async (side: readonly BlobRef[]): Promise<Stacks> =>
      mergeStacks(await Promise.all(side.map(async (ref) => decodeStacks(await this.#blobs.get(ref)))));
    return { before: await merged(refs.before), after: await merged(refs.after) };
  }

  async #stored({ context, document, suspectDiff, functionSource }: Dossier): Promise<Gathered> {
    const text = (content: string, mediaType: string): Promise<BlobRef> =>
      this.#blobs.put(Buffer.from(content), mediaType);
    const { function: found, ...rest } = context;
    return {
      ...rest,
      dossier: await text(JSON.stringify(document), 'application/json'),
      ...(suspectDiff === undefined ? {} : { suspectDiff: await text(suspectDiff, 'text/x-diff') }),
      ...(found && functionSource !== undefined
        ? { function: { ...found, source: await text(functionSource, 'text/plain') } }
        : {}),
    };
  }
}

function stoppedBy(error: unknown, { kind }: Finding): Gathered {
  const stopped = repositoryStop(error);
  return {
    rootCause:
      kind === 'regression'
        ? { status: 'abstained', reason: 'no-change-source', message: stopped.message }
        : { status: 'not-applicable' },
    ranked: [],
    owners: [],
    stopped,
  };
}

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
import { ProjectedCases, type CaseIndex } from '@headroom/indexes';
import {
  composeDossier,
  EXPOSURE_WINDOW_MS,
  gatherContext,
  SourceMemory,
  type Dossier,
  type DossierDocument,
  type GatherInput,
  type KnownSkill,
  type MeasuredProfile,
  type MeasuredSides,
} from '@headroom/investigation';
import { verificationOf, type HeadroomConfig } from '@headroom/platform';
import { decodeStacks } from '@headroom/profiling';
import { Runtime, type BlobStore, type KeyValueStore, type TaskContext } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, Subscribe } from '@headroom/runtime/nest';
import {
  findingFrames,
  loadSkills,
  matchInputOf,
  matchSkills,
  ruleMatcher,
  usableSkills,
  type SkillsPlace,
} from '@headroom/skills';
import { repositoryStop, type GitMirror, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { allTools, exposureShares, portsOf, redactDeep, Toolbox, type ExperimentSource } from '@headroom/tools';
import { Controller, Inject } from '@nestjs/common';
import { claimCause, following, releaseCause } from './cause.claim.js';
import { CONFIGURATION, REPOSITORIES, SKILLS_DIR, type Configuration } from './tokens.js';

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
  readonly #cases: CaseIndex;
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #skillsDir: SkillsPlace;
  readonly #config: HeadroomConfig;
  readonly #experiments: readonly ExperimentSource[];
  readonly #tools: Toolbox;
  readonly #sources = new SourceMemory();

  constructor(
    @Inject(Runtime) runtime: Runtime,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(SKILLS_DIR) skillsDir: SkillsPlace,
    @Inject(CONFIGURATION) { config, locations, env }: Configuration,
  ) {
    this.#runtime = runtime;
    this.#store = store;
    this.#cases = new ProjectedCases(store);
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#skillsDir = skillsDir;
    this.#config = config;
    const ports = portsOf({ config, locations, env, store, blobs, repositories });
    this.#experiments = ports.experiments ?? [];
    this.#tools = new Toolbox(allTools(ports), { blobs, now: () => Date.now() });
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
    const concluded = await context.step(`claim.${attempt}`, () => this.#claimed(finding, about, gathered));
    const header = { ...about, step: 'context.1' };
    await context.publish(
      contextGathered,
      { case: header, kind, service, repository, subject, ...concluded },
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
      ...(finding.regression && (await this.#exposure(finding.service, finding.regression, signal))),
      sources: this.#sources,
    });
    const { minimumEffect } = verificationOf(this.#config, settings);
    const origin = opened ?? { id: finding.case.causationId, at: finding.regression?.changePoint.deployedAt ?? EPOCH };
    const { document } = dossier;
    const skills = await this.#skillsFor(document, mirror);
    const about = { document, findingId: origin.id, at: origin.at, skills, minimumEffect };
    const report = await composeDossier({ ...about, tools: this.#tools, signal });
    // What leaves here is read by people, models and tools.
    const shown = redactDeep({ ...dossier, document: { ...document, report } });
    return this.#stored(shown);
  }

  /** What the skill-executor would try, but for what the repository does not want. */
  async #skillsFor(document: DossierDocument, mirror: GitMirror): Promise<readonly KnownSkill[]> {
    const { skills } = usableSkills(await loadSkills(this.#skillsDir));
    const { base } = document;
    const readFile = (path: string) => (base ? mirror.readFile(base.commit, path) : undefined);
    const ruleMatches = await ruleMatcher(findingFrames(document), readFile);
    return matchSkills(skills, matchInputOf(document, { ruleMatches })).matches;
  }

  /** Of the attempt that is about to begin: one that does not begin takes no lead. */
  async #claimed(
    { service, repository, subject }: Finding,
    { caseId, attempt }: CaseHeader,
    gathered: Gathered,
  ): Promise<Gathered> {
    if (gathered.stopped) {
      await releaseCause(this.#store, caseId);
      return gathered;
    }
    const { rootCause } = gathered;
    const claimant = { caseId, service, subject };
    const leading = await claimCause(this.#store, this.#cases, { repository, rootCause, claimant, attempt });
    return leading ? { ...gathered, ...following(leading) } : gathered;
  }

  /** Changes of exposure around the deployments that can be the change point. */
  async #exposure(
    service: string,
    { candidates }: NonNullable<Finding['regression']>,
    signal: AbortSignal,
  ): Promise<Pick<GatherInput, 'experiments' | 'notes'>> {
    const times = candidates.map(({ deployedAt }) => Date.parse(deployedAt));
    const window = {
      from: new Date(Math.min(...times) - EXPOSURE_WINDOW_MS).toISOString(),
      to: new Date(Math.max(...times) + EXPOSURE_WINDOW_MS).toISOString(),
    };
    const { changes, notes } = await exposureShares(this.#experiments, service, window, signal);
    return { experiments: changes, notes };
  }

  async #profiles({ before, after }: NonNullable<Finding['regression']>['profiles']): Promise<MeasuredSides> {
    const read = (side: typeof before): Promise<MeasuredProfile[]> =>
      Promise.all(
        side.map(async ({ version, ...ref }) => ({
          stacks: decodeStacks(await this.#blobs.get(ref)),
          ...(version !== undefined && { version }),
        })),
      );
    return { before: await read(before), after: await read(after) };
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

import {
  caseCommanded,
  contextGathered,
  findingOpened,
  HeadroomError,
  type BlobRef,
  type CaseHeader,
  type Commanded,
  type Context,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';
import { gatherContext, type Dossier } from '@headroom/investigation';
import { decodeStacks, mergeStacks, type Stacks } from '@headroom/profiling';
import { Runtime, type BlobStore, type KeyValueStore, type TaskContext } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, Subscribe } from '@headroom/runtime/nest';
import { repositoryStop, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { claimCause, following, releaseCause } from './cause.claim.js';
import { REPOSITORIES } from './tokens.js';

type Gathered = Omit<Context, 'case' | 'kind' | 'service' | 'repository' | 'subject'>;

/** A finding is kept as long as its case may be retried. Milliseconds. */
const FINDING_RETENTION_MS = 180 * 86_400_000;

function findingKey(caseId: string): string {
  return `context-gatherer:finding:${caseId}`;
}

/** Builds the dossier of a case. */
@Controller()
export class ContextGathererController {
  readonly #runtime: Runtime;
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;

  constructor(
    @Inject(Runtime) runtime: Runtime,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
  ) {
    this.#runtime = runtime;
    this.#store = store;
    this.#blobs = blobs;
    this.#repositories = repositories;
  }

  // A new attempt may have been asked for before the finding arrived here; it begins from what is kept.
  @Subscribe(findingOpened, { outdated: 'remembered' })
  async handle(event: HeadroomEvent<Finding>, context: TaskContext): Promise<void> {
    const { data } = event;
    const key = findingKey(data.case.caseId);
    await this.#store.put(key, data);
    await this.#store.expire(key, FINDING_RETENTION_MS);
    await this.#begin(data, { ...data.case, causationId: event.id }, context);
  }

  /** A new attempt begins here, from the finding. */
  @Subscribe(caseCommanded)
  async obey(event: HeadroomEvent<Commanded>, context: TaskContext): Promise<void> {
    await this.#runtime.obey(event);
    const { command, case: header } = event.data;
    if (command === 'dismiss') await releaseCause(this.#store, header.caseId);
    if (command !== 'retry') return;
    const finding = await this.#store.get<Finding>(findingKey(header.caseId));
    if (!finding) {
      throw new HeadroomError(
        `The finding of case ${header.caseId} has not arrived at the context-gatherer, or is no longer kept; the case cannot be retried without it.`,
        { code: 'HEADROOM_FINDING_MISSING', retryable: true },
      );
    }
    const { caseId, attempt } = header;
    await this.#begin(finding, { ...finding.case, caseId, attempt, causationId: event.id }, context);
  }

  async #begin(found: Finding, about: CaseHeader, context: TaskContext): Promise<void> {
    const finding = { ...found, case: { ...found.case, attempt: about.attempt } };
    const gathered = await context.step('context.1', () => this.#gather(finding, context.signal));
    const { kind, service, repository, subject } = finding;
    const header = { ...about, step: 'context.1' };
    await context.publish(
      contextGathered,
      { case: header, kind, service, repository, subject, ...gathered },
      { step: 'context.1' },
    );
  }

  async #gather(finding: Finding, signal: AbortSignal): Promise<Gathered> {
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
    });
    return this.#claimed(finding, await this.#stored(dossier));
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

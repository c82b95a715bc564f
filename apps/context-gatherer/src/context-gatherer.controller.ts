import {
  contextGathered,
  findingOpened,
  type BlobRef,
  type Context,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';
import { gatherContext, type Dossier } from '@headroom/investigation';
import { decodeStacks, mergeStacks, type Stacks } from '@headroom/profiling';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import { BLOB_STORE, Subscribe } from '@headroom/runtime/nest';
import { repositoryStop, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { REPOSITORIES } from './tokens.js';

type Gathered = Omit<Context, 'case' | 'kind' | 'service' | 'repository' | 'subject'>;

/** Builds the dossier of a case. */
@Controller()
export class ContextGathererController {
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;

  constructor(@Inject(BLOB_STORE) blobs: BlobStore, @Inject(REPOSITORIES) repositories: ServiceRepositories) {
    this.#blobs = blobs;
    this.#repositories = repositories;
  }

  @Subscribe(findingOpened)
  async handle(event: HeadroomEvent<Finding>, context: TaskContext): Promise<void> {
    const { data } = event;
    const gathered = await context.step('context.1', () => this.#gather(data, context.signal));
    const { kind, service, repository, subject } = data;
    const header = { ...data.case, step: 'context.1', causationId: event.id };
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
    return this.#stored(dossier);
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

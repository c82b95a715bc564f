import {
  branchOf,
  caseCommanded,
  HeadroomError,
  proposalOpened,
  proposalSettled,
  verificationConcluded,
  type Commanded,
  type HeadroomEvent,
  type ProposalForm,
  type Settled,
  type Stop,
  type Verification,
} from '@headroom/contracts';
import type { EffectivePolicy } from '@headroom/platform';
import { isProposed, LocalForge, PROPOSAL_AUTHOR, writeProposal, type ClosingResult } from '@headroom/proposals';
import { Runtime, underLease, type BlobStore, type KeyValueStore, type TaskContext } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, Subscribe } from '@headroom/runtime/nest';
import type { TrustedKeys } from '@headroom/verification';
import type { ServiceRepositories } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { PROPOSALS_DIR, REPOSITORIES, TRUSTED_KEYS } from './tokens.js';

/** A case that has begun to be proposed is remembered as long as it can be commanded. Milliseconds. */
const BEGUN_RETENTION_MS = 180 * 86_400_000;

function begunKey(caseId: string): string {
  return `pr-writer:begun:${caseId}`;
}

/** The only stage that writes to a repository. It runs no code of the target and believes only signed evidence. */
@Controller()
export class PrWriterController {
  readonly #runtime: Runtime;
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #trustedKeys: TrustedKeys;
  readonly #proposalsDir: string;

  constructor(
    @Inject(Runtime) runtime: Runtime,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(TRUSTED_KEYS) trustedKeys: TrustedKeys,
    @Inject(PROPOSALS_DIR) proposalsDir: string,
  ) {
    this.#runtime = runtime;
    this.#store = store;
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#trustedKeys = trustedKeys;
    this.#proposalsDir = proposalsDir;
  }

  @Subscribe(verificationConcluded)
  async handle(event: HeadroomEvent<Verification>, context: TaskContext): Promise<void> {
    if (!isProposed(event.data.verdict)) return;
    await this.#alone(event.data.case.caseId, event.id, () => this.#propose(event, context));
  }

  @Subscribe(caseCommanded)
  async obey(event: HeadroomEvent<Commanded>, context: TaskContext): Promise<void> {
    await this.#runtime.obey(event);
    if (event.data.command !== 'dismiss') return;
    await this.#alone(event.data.case.caseId, event.id, () => this.#close(event, context));
  }

  /** Opening and closing one case take turns, so that neither overtakes the other. */
  #alone(caseId: string, owner: string, work: () => Promise<void>): Promise<void> {
    return underLease(this.#store, { key: `pr-writer:case:${caseId}`, owner }, work);
  }

  async #propose(event: HeadroomEvent<Verification>, context: TaskContext): Promise<void> {
    const { case: header, service, verdict } = event.data;
    const form: ProposalForm = verdict === 'nothing-to-measure' ? 'note' : 'change';
    await this.#store.put(begunKey(header.caseId), true);
    await this.#store.expire(begunKey(header.caseId), BEGUN_RETENTION_MS);
    await context.checkpoint();
    const result = await writeProposal({
      event,
      blobs: this.#blobs,
      trustedKeys: this.#trustedKeys,
      forge: this.#forge(service, context.signal),
      policy: () => this.#policy(service, context.signal),
    });
    const { team } = this.#repositories.settings(service);
    switch (result.outcome) {
      case 'opened': {
        const data = { ...result.proposal, case: { ...header, step: 'proposal.1', causationId: event.id } };
        await context.publish(proposalOpened, data, { step: 'proposal.1', team });
        return;
      }
      case 'withheld':
        await context.publish(proposalSettled, withheldOf(event, form, result.stop), { step: 'settled.1', team });
        return;
      case 'nothing-to-propose':
        return;
      case 'refused':
        throw new HeadroomError(result.message, { code: result.code, details: { reason: result.reason } });
      case 'human-owned':
      case 'superseded':
        throw new HeadroomError(result.message, {
          code: 'HEADROOM_BRANCH_NOT_OURS',
          details: { branch: result.branch },
        });
    }
  }

  /** The policy that holds now. What the repository cannot tell now it may tell later. */
  async #policy(service: string, signal: AbortSignal): Promise<EffectivePolicy> {
    try {
      const target = await this.#repositories.open(service, signal);
      return await target.policy();
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_REPOSITORY_UNREADABLE') throw error;
      throw new HeadroomError(error.message, { code: 'HEADROOM_FORGE_UNREACHABLE', retryable: true, cause: error });
    }
  }

  /** Closes what was proposed of a dismissed case; one that never came so far has nothing to close. */
  async #close(event: HeadroomEvent<Commanded>, context: TaskContext): Promise<void> {
    const { case: header, service, kind, reason, who } = event.data;
    if ((await this.#store.get(begunKey(header.caseId))) === undefined) return;
    const forge = this.#forge(service, context.signal);
    const form = await formOf(forge, header.caseId);
    const branch = branchOf(service, kind, header.caseId);
    const { repository, team } = this.#repositories.settings(service);
    const base = repository.branch;
    const why = `${who}: ${reason ?? 'The case was dismissed.'}`;
    const closed = await forge.closeProposal({ caseId: header.caseId, branch, base, author: PROPOSAL_AUTHOR, why });
    if (closed.status !== 'missing') {
      await context.publish(proposalSettled, settledBy(event, closed, { form, branch }), { step: 'settled.1', team });
    }
    await this.#store.delete(begunKey(header.caseId));
  }

  #forge(service: string, signal: AbortSignal): LocalForge {
    return new LocalForge({
      location: this.#repositories.location(service),
      cacheDir: this.#repositories.cacheDir,
      proposalsDir: this.#proposalsDir,
      signal,
    });
  }
}

/** What stands: the last event that arrived may have been refused. A branch without its text yet is a change. */
async function formOf(forge: LocalForge, caseId: string): Promise<ProposalForm> {
  const isWritten = (await forge.find(caseId, 'proposal.md')) !== undefined;
  return isWritten && (await forge.find(caseId, 'patch.diff')) === undefined ? 'note' : 'change';
}

function withheldOf(event: HeadroomEvent<Verification>, form: ProposalForm, stopped: Stop): Settled {
  const { case: header, kind, service, repository, subject } = event.data;
  return {
    case: { ...header, step: 'settled.1', causationId: event.id },
    kind,
    service,
    repository,
    subject,
    forge: 'local',
    form,
    outcome: 'withheld',
    stopped,
  };
}

function settledBy(
  event: HeadroomEvent<Commanded>,
  { status, location }: Exclude<ClosingResult, { status: 'missing' }>,
  { form, branch }: { form: ProposalForm; branch: string },
): Settled {
  const { case: header, kind, service, repository, subject, reason, who } = event.data;
  const message = reason ?? 'The case was dismissed.';
  const ending: Pick<Settled, 'outcome' | 'stopped' | 'who'> =
    status === 'merged'
      ? { outcome: 'merged' }
      : {
          outcome: 'closed',
          who,
          stopped: { reason: status === 'branch-kept' ? 'dismissed-branch-kept' : 'dismissed', message },
        };
  return {
    case: { ...header, step: 'settled.1', causationId: event.id },
    kind,
    service,
    repository,
    subject,
    forge: 'local',
    form,
    ...(form === 'change' && { branch }),
    location,
    ...ending,
  };
}

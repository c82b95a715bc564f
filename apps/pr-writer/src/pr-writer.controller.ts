import {
  HeadroomError,
  proposalOpened,
  verificationConcluded,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import { LocalForge, writeProposal } from '@headroom/proposals';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import { BLOB_STORE, Subscribe } from '@headroom/runtime/nest';
import type { TrustedKeys } from '@headroom/verification';
import type { ServiceRepositories } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { PROPOSALS_DIR, REPOSITORIES, TRUSTED_KEYS } from './tokens.js';

/** The only stage that writes to a repository. It runs no code of the target and believes only signed evidence. */
@Controller()
export class PrWriterController {
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #trustedKeys: TrustedKeys;
  readonly #proposalsDir: string;

  constructor(
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(TRUSTED_KEYS) trustedKeys: TrustedKeys,
    @Inject(PROPOSALS_DIR) proposalsDir: string,
  ) {
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#trustedKeys = trustedKeys;
    this.#proposalsDir = proposalsDir;
  }

  @Subscribe(verificationConcluded)
  async handle(event: HeadroomEvent<Verification>, context: TaskContext): Promise<void> {
    const { case: header, service, verdict } = event.data;
    if (verdict !== 'improved') return;
    const result = await writeProposal({
      event,
      blobs: this.#blobs,
      trustedKeys: this.#trustedKeys,
      forge: new LocalForge({
        location: this.#repositories.location(service),
        cacheDir: this.#repositories.cacheDir,
        proposalsDir: this.#proposalsDir,
        signal: context.signal,
      }),
    });
    switch (result.outcome) {
      case 'opened': {
        const data = { ...result.proposal, case: { ...header, step: 'proposal.1', causationId: event.id } };
        const { team } = this.#repositories.settings(service);
        await context.publish(proposalOpened, data, { step: 'proposal.1', team });
        return;
      }
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
}

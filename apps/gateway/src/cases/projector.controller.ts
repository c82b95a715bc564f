import { foldCase, foldService, type CaseView, type EventMeta, type ServiceView } from '@headroom/cases';
import {
  caseCommanded,
  contextGathered,
  draftConcluded,
  findingOpened,
  findingRevised,
  HeadroomError,
  opportunityState,
  proposalOpened,
  proposalSettled,
  serviceAssessed,
  verificationConcluded,
  type HeadroomEvent,
  type OpportunityState,
  type ServiceAssessment,
  type Verification,
} from '@headroom/contracts';
import { caseKey, opportunityKey } from '@headroom/indexes';
import type { BlobStore, StreamContext, StreamItem } from '@headroom/runtime';
import { BLOB_STORE, SubscribeStream } from '@headroom/runtime/nest';
import { checkVerification, type TrustedKeys } from '@headroom/verification';
import { Controller, Inject } from '@nestjs/common';
import { CHANGES_KEY, withChanges, type CaseChanges } from './case.changes.js';
import { TRUSTED_KEYS } from '../tokens.js';

/** Folds case events into the case view, whatever order they arrive in, and keeps the catalogue of opportunities. */
@Controller()
export class ProjectorController {
  readonly #blobs: BlobStore;
  readonly #trustedKeys: TrustedKeys;

  constructor(@Inject(BLOB_STORE) blobs: BlobStore, @Inject(TRUSTED_KEYS) trustedKeys: TrustedKeys) {
    this.#blobs = blobs;
    this.#trustedKeys = trustedKeys;
  }

  @SubscribeStream([
    findingOpened,
    findingRevised,
    contextGathered,
    draftConcluded,
    verificationConcluded,
    proposalOpened,
    proposalSettled,
    caseCommanded,
    serviceAssessed,
    opportunityState,
  ])
  async handle(batch: readonly StreamItem[], context: StreamContext): Promise<void> {
    const changed = new Set<string>();
    for (const { contract, event } of batch) {
      if (contract.name === serviceAssessed.name) {
        await this.#foldService(event as HeadroomEvent<ServiceAssessment>, context);
      } else if (contract.name === opportunityState.name) {
        const { data } = event as HeadroomEvent<OpportunityState>;
        context.put(opportunityKey(data.id), data.status === 'gone' ? undefined : data);
      } else {
        changed.add(await this.#foldCase(contract.name, event, context));
      }
    }
    if (changed.size === 0) return;
    context.put(CHANGES_KEY, withChanges(await context.get<CaseChanges>(CHANGES_KEY), changed, Date.now()));
  }

  async #foldService(event: HeadroomEvent<ServiceAssessment>, context: StreamContext): Promise<void> {
    const { service, environment, hostClass } = event.data;
    const key = `service/${JSON.stringify([service, environment, hostClass])}`;
    context.put(key, foldService(await context.get<ServiceView>(key), event));
  }

  async #foldCase(name: string, event: HeadroomEvent, context: StreamContext): Promise<string> {
    const { caseId } = (event.data as { case: { caseId: string } }).case;
    const key = caseKey(caseId);
    const view = await context.get<CaseView>(key);
    const meta = name === verificationConcluded.name ? await this.#trust(event as HeadroomEvent<Verification>) : {};
    context.put(key, foldCase(view, event, meta));
    return caseId;
  }

  /** A verdict counts only with a signed record that says the same. */
  async #trust({ data }: HeadroomEvent<Verification>): Promise<EventMeta> {
    if (!data.evidence) return { trusted: false, refusal: 'it names no evidence record' };
    try {
      const checked = checkVerification(data, await this.#blobs.get(data.evidence), this.#trustedKeys);
      return checked.valid ? { trusted: true } : { trusted: false, refusal: checked.message };
    } catch (error) {
      if (error instanceof HeadroomError && error.code.startsWith('HEADROOM_BLOB_')) {
        return { trusted: false, refusal: error.message };
      }
      throw error;
    }
  }
}

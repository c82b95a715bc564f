import {
  summariseCase,
  type CaseSummary,
  type CaseView,
  type EvidenceSummary,
  type ServiceView,
} from '@headroom/cases';
import { HeadroomError } from '@headroom/contracts';
import { getStreamState, listStreamState, type BlobStore, type KeyValueStore } from '@headroom/runtime';
import type { TrustedKeys } from '@headroom/verification';
import { summariseEvidence } from './evidence.summary.js';
import { PROJECTOR_GROUP } from './projector.controller.js';

/** Everything at a glance. */
export interface Overview {
  cases: CaseSummary[];
  services: ServiceView[];
}

/** One case with the figures of its evidence record. */
export interface CaseDetails {
  view: CaseView;
  evidence?: EvidenceSummary;
}

/** Reads what the projector has folded. */
export class CaseQueries {
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #trustedKeys: TrustedKeys;

  constructor(parts: { store: KeyValueStore; blobs: BlobStore; trustedKeys: TrustedKeys }) {
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#trustedKeys = parts.trustedKeys;
  }

  /** All cases, newest first, and all services. */
  async overview(): Promise<Overview> {
    const cases = await listStreamState<CaseView>(this.#store, PROJECTOR_GROUP, 'case/');
    const services = await listStreamState<ServiceView>(this.#store, PROJECTOR_GROUP, 'service/');
    return {
      cases: cases
        .map(({ value }) => summariseCase(value))
        .sort((left, right) => (right.updatedAt ?? '').localeCompare(left.updatedAt ?? '')),
      services: services.map(({ value }) => value),
    };
  }

  /**
   * One case.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`
   */
  async details(caseId: string): Promise<CaseDetails> {
    const view = await getStreamState<CaseView>(this.#store, PROJECTOR_GROUP, `case/${caseId}`);
    if (!view) {
      throw new HeadroomError(`There is no case "${caseId}"; "headroom cases" lists them.`, {
        code: 'HEADROOM_CASE_NOT_FOUND',
      });
    }
    if (!view.evidence) return { view };
    return { view, evidence: summariseEvidence(await this.#blobs.get(view.evidence), this.#trustedKeys) };
  }
}

import { HeadroomError, type BlobRef } from '@headroom/contracts';
import { dossierMarkdown, type DossierDocument } from '@headroom/investigation/dossier';
import type { BlobStore } from '@headroom/runtime';
import type { CaseQueries } from './case.queries.js';

/** How a dossier is written: for people, or as the stored document. */
export type DossierFormat = 'markdown' | 'json';

function missing(message: string, retryable = false): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_DOSSIER_MISSING', retryable });
}

/** What was found out about cases. */
export class CaseDossiers {
  readonly #cases: Pick<CaseQueries, 'view'>;
  readonly #blobs: Pick<BlobStore, 'get'>;

  constructor(parts: { cases: Pick<CaseQueries, 'view'>; blobs: Pick<BlobStore, 'get'> }) {
    this.#cases = parts.cases;
    this.#blobs = parts.blobs;
  }

  /**
   * The dossier of a case: Markdown, or the stored document as JSON.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_DOSSIER_MISSING`
   */
  async read(caseId: string, format: DossierFormat): Promise<string> {
    const { dossier, headline, state, attempt } = await this.#cases.view(caseId);
    if (!dossier) {
      const message = `The case ${caseId} has no dossier: ${headline} Look again when its context has been gathered.`;
      throw missing(message, state === 'investigating');
    }
    const stored = await this.#stored(caseId, dossier);
    if (format === 'json') return stored;
    const { report } = JSON.parse(stored) as DossierDocument;
    if (report) return dossierMarkdown(`Dossier of ${caseId}, attempt ${attempt}`, report);
    throw missing(
      `The dossier of ${caseId} was made by an earlier version and has no sections; retry the case, or read it as JSON.`,
    );
  }

  async #stored(caseId: string, ref: BlobRef): Promise<string> {
    try {
      return (await this.#blobs.get(ref)).toString('utf8');
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_BLOB_MISSING') throw error;
      throw missing(`The dossier of ${caseId} is no longer stored; retry the case to have it made again.`);
    }
  }
}

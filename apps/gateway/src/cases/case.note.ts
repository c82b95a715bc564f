import type { CaseView } from '@headroom/cases';
import { HeadroomError } from '@headroom/contracts';
import type { BlobStore } from '@headroom/runtime';
import { filledNote, noteFigures, readFinding } from '@headroom/verification';

/**
 * The note of a case with the figures of its finding; undefined where there is none, where it is not judged yet or was refused, or
 * where its content is gone.
 */
export async function readNote(view: CaseView, blobs: BlobStore): Promise<string | undefined> {
  const { draft, dossier, verdict, caseId } = view;
  if (!draft?.note || verdict !== 'nothing-to-measure') return undefined;
  try {
    const finding = dossier && readFinding(await blobs.get(dossier), caseId);
    return filledNote((await blobs.get(draft.note)).toString('utf8'), noteFigures(finding));
  } catch (error) {
    if (error instanceof HeadroomError && error.code.startsWith('HEADROOM_BLOB_')) return undefined;
    throw error;
  }
}

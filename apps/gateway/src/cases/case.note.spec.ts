import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import type { BlobRef } from '@headroom/contracts';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { regressionFinding } from '@headroom/testing';
import { readNote } from './case.note.js';

let parts: EmbeddedParts;
let view: CaseView;

function put(text: string): Promise<BlobRef> {
  return parts.blobs.put(Buffer.from(text), 'text/markdown');
}

beforeAll(async () => {
  parts = await openMemory();
  const finding = regressionFinding();
  const dossier = await put(JSON.stringify({ finding }));
  const note = await put('It takes {{after}} per {{unitOfWork}}.');
  const draft = { outcome: 'accept', summary: 'It is worth it.', facts: [], note };
  view = { caseId: finding.case.caseId, verdict: 'nothing-to-measure', dossier, draft } as unknown as CaseView;
});

afterAll(() => parts.close());

describe('readNote', () => {
  it('gives the note with the figures of the finding', async () => {
    expect(await readNote(view, parts.blobs)).toBe('It takes 60.0 µs per request.');
  });

  it('tells nothing of a note that was not judged, or was refused', async () => {
    const { verdict: _verdict, ...unjudged } = view;

    expect(await readNote(unjudged, parts.blobs)).toBeUndefined();
    expect(await readNote({ ...view, verdict: 'policy-refused' }, parts.blobs)).toBeUndefined();
  });

  it('shows the case without the note when its content is gone', async () => {
    const gone = { sha256: '0'.repeat(64), size: 1, mediaType: 'text/markdown' };

    expect(await readNote({ ...view, draft: { ...view.draft!, note: gone } }, parts.blobs)).toBeUndefined();
  });
});

import { sign } from 'node:crypto';
import type { Draft, Verification } from '@headroom/contracts';
import { judgeNote, readStory } from '@headroom/verification';
import { eventOf, provenCase, signed, type ProvenCase, type ProvenCaseOptions } from './proven.case.js';

/** The same case drafted as a note, judged and signed. */
export async function notedCase(
  dir: string,
  text: string,
  options: ProvenCaseOptions & { draft?: Partial<Draft> } = {},
): Promise<ProvenCase> {
  const known = await provenCase(dir, options);
  return notedAgain(known, text, options.draft);
}

/** A note for a case that is known already. */
export function notedAgain(known: ProvenCase, text: string, change: Partial<Draft> = {}): ProvenCase {
  const { blobs, privateKey } = known;
  const { patch: _patch, ...rest } = known.draft;
  const draft: Draft = {
    ...rest,
    outcome: 'accept',
    files: [],
    summary: 'The cost buys the answers in two more languages.',
    note: blobs.keep(text, 'text/markdown'),
    ...change,
  };
  const { base, note, skill, kind, service, repository, subject } = draft;
  const draftBlob = blobs.keep(JSON.stringify(draft), 'application/json');
  const { caseId, attempt } = draft.case;
  const { verdict, stopped, record, evidence } = judgeNote({
    case: { caseId, attempt, kind, service, repository, subject },
    draft: { id: 'draft-event', blob: draftBlob },
    base: base!,
    ...(skill && { skill }),
    signer: { keyId: known.record.signer, sign: (bytes) => sign(null, bytes, privateKey) },
    toolVersion: '0.0.0',
    text: Buffer.from(text),
    outcome: draft.outcome as 'accept',
    known: readStory(blobs.content.get(draft.dossier!.sha256)!, draft),
  });
  const { patch: _judged, ...event } = known.event.data;
  const data: Verification = {
    ...event,
    case: { ...event.case, attempt },
    verdict,
    ...(stopped && { stopped }),
    note: note!,
    evidence: blobs.keep(evidence, 'application/json'),
  };
  return { ...known, draft, record, event: eventOf(data) };
}

/** The same change as a revert, or as one of configuration, of a service without a benchmark. */
export function unmeasuredCase(known: ProvenCase, summary: string, change: 'revert' | 'config' = 'revert'): ProvenCase {
  const { blobs, privateKey } = known;
  const draft: Draft = { ...known.draft, outcome: change, summary };
  const { measurement: _measurement, stopped: _stopped, ...rest } = known.record;
  const record = {
    ...rest,
    change,
    benchmarked: false,
    draft: { id: 'draft-event', blob: blobs.keep(JSON.stringify(draft), 'application/json') },
    verdict: 'unmeasured' as const,
  };
  const evidence = blobs.keep(signed(record, privateKey), 'application/json');
  return { ...known, draft, record, event: eventOf({ ...known.event.data, verdict: 'unmeasured', evidence }) };
}

/** The same record about another draft. */
export function redrafted(known: ProvenCase, draft: Draft): ProvenCase {
  const { blobs, privateKey } = known;
  const record = {
    ...known.record,
    draft: { id: 'draft-event', blob: blobs.keep(JSON.stringify(draft), 'application/json') },
  };
  const evidence = blobs.keep(signed(record, privateKey), 'application/json');
  return { ...known, draft, record, event: eventOf({ ...known.event.data, evidence }) };
}

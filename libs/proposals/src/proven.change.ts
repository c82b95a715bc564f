import {
  draftConcluded,
  EventRefusedError,
  parseData,
  parseEvent,
  sha256,
  type BlobRef,
  type Draft,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import { checkVerification, type EvidenceRecord, type TrustedKeys } from '@headroom/verification';

/** Reads content by its hash. */
export interface BlobReader {
  /** @throws HeadroomError when the content is missing or does not have its hash */
  get(ref: BlobRef): Promise<Buffer>;
}

/** Why an event opens nothing. */
export interface EvidenceRefusal {
  outcome: 'refused';
  /** `…_UNTRUSTED`: the record itself is not believed. `…_MISMATCH`: it is about something else than the event. */
  code: 'HEADROOM_EVIDENCE_UNTRUSTED' | 'HEADROOM_EVIDENCE_MISMATCH';
  /** Stable, kebab-case, for example `unsigned`, `signature-invalid`, `verdict-mismatch`, `event-mismatch`. */
  reason: string;
  /** Names the flaw, or the field that differs. */
  message: string;
}

/** The signed record of a checked event, and the draft that it is about. */
interface Proof {
  record: EvidenceRecord;
  evidenceBytes: Buffer;
  evidence: BlobRef;
  draft: Draft;
}

/** What a checked event about a change rests on. */
export interface ProvenChange extends Proof {
  outcome: 'proven';
  /** The unified diff, byte for byte as it was verified. */
  patch: string;
}

/** What a checked event about a note rests on. */
export interface ProvenNote extends Proof {
  outcome: 'proven';
  /** The note as it was judged, its figures not filled in. */
  note: string;
}

/** Largest record, patch or draft that is read, bytes. */
const MAX_BYTES = 16_777_216;

function untrusted(reason: string, message: string): EvidenceRefusal {
  return { outcome: 'refused', code: 'HEADROOM_EVIDENCE_UNTRUSTED', reason, message: `${message} Nothing is opened.` };
}

function mismatch(reason: string, message: string): EvidenceRefusal {
  return { outcome: 'refused', code: 'HEADROOM_EVIDENCE_MISMATCH', reason, message: `${message} Nothing is opened.` };
}

function draftDifference(draft: Draft, record: EvidenceRecord): EvidenceRefusal | undefined {
  const { case: of, base, note } = record;
  const compared: [field: string, drafted: unknown, recorded: unknown][] = [
    ['case', draft.case.caseId, of.caseId],
    ['attempt', draft.case.attempt, of.attempt],
    ['kind', draft.kind, of.kind],
    ['service', draft.service, of.service],
    ['repository', draft.repository, of.repository],
    ['subject', draft.subject, of.subject],
    ['base', draft.base?.commit, base.commit],
    ['outcome', draft.outcome, note?.outcome ?? record.change ?? 'patch'],
    ['note', draft.note?.sha256, note?.sha256],
  ];
  const different = compared.find(([, drafted, recorded]) => drafted !== recorded);
  if (!different) return undefined;
  const [field, drafted, recorded] = different;
  return mismatch(
    'draft-mismatch',
    `The draft says ${field} "${String(drafted)}", the evidence record says "${String(recorded)}".`,
  );
}

/** The draft as it speaks of the candidate that was judged: its first patch, or one of the further ones. */
function draftOfCandidate(draft: Draft, sha256OfPatch: string): Draft | undefined {
  if (draft.patch?.sha256 === sha256OfPatch) return draft;
  const candidate = draft.candidates?.find(({ patch }) => patch.sha256 === sha256OfPatch);
  return candidate && { ...draft, ...candidate };
}

/** The draft as the verifier stored it: the whole event, or its data. */
function readDraft(bytes: Buffer): Draft | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const whole = typeof value === 'object' && value !== null && 'specversion' in value;
    if (!whole) return parseData(draftConcluded, value);
    const { event, contract } = parseEvent(value);
    return contract.name === draftConcluded.name ? (event.data as Draft) : undefined;
  } catch (error) {
    if (error instanceof EventRefusedError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Checks that a verification event rests on a signed record of exactly this case, attempt, draft, base and patch, that the record's
 * own samples lead to its verdict, and that patch and draft are the ones that it names. Reads everything by content hash; a blob
 * that is missing is the reader's (retryable) error.
 */
export async function readProvenChange(
  event: HeadroomEvent<Verification>,
  blobs: BlobReader,
  trustedKeys: TrustedKeys,
): Promise<ProvenChange | EvidenceRefusal> {
  const proof = await readProof(event, blobs, trustedKeys);
  if ('outcome' in proof) return proof;
  const patch = event.data.patch && (await blobs.get(event.data.patch));
  if (!patch || sha256(patch) !== proof.record.patch.sha256) {
    return mismatch('patch-mismatch', 'The patch is not the one that the evidence record is about.');
  }
  const draft = draftOfCandidate(proof.draft, proof.record.patch.sha256);
  if (!draft) return mismatch('draft-mismatch', 'The patch is none of the draft that the evidence record names.');
  return { outcome: 'proven', ...proof, patch: patch.toString('utf8'), draft };
}

/** The same for an event about a note. */
export async function readProvenNote(
  event: HeadroomEvent<Verification>,
  blobs: BlobReader,
  trustedKeys: TrustedKeys,
): Promise<ProvenNote | EvidenceRefusal> {
  const proof = await readProof(event, blobs, trustedKeys);
  if ('outcome' in proof) return proof;
  const note = event.data.note && (await blobs.get(event.data.note));
  if (!note || sha256(note) !== proof.record.note?.sha256) {
    return mismatch('note-mismatch', 'The note is not the one that the evidence record is about.');
  }
  return { outcome: 'proven', ...proof, note: note.toString('utf8') };
}

async function readProof(
  { data }: HeadroomEvent<Verification>,
  blobs: BlobReader,
  trustedKeys: TrustedKeys,
): Promise<Proof | EvidenceRefusal> {
  if (!data.evidence) return untrusted('unsigned', 'The event names no signed evidence record.');
  const named = [data.evidence, data.patch, data.note].filter((ref) => ref !== undefined);
  const large = named.find(({ size }) => size > MAX_BYTES);
  if (large) return untrusted('too-large', `The event names a ${large.mediaType} of ${large.size} bytes.`);
  const evidenceBytes = await blobs.get(data.evidence);
  const check = checkVerification(data, evidenceBytes, trustedKeys);
  if (!check.valid) {
    const refuse = check.reason === 'event-mismatch' ? mismatch : untrusted;
    return refuse(check.reason, check.message);
  }
  const { record } = check;
  if (data.base?.branch !== record.base.branch) {
    return mismatch(
      'event-mismatch',
      `The event says base branch "${data.base?.branch}", its evidence record says "${record.base.branch}".`,
    );
  }
  const draftBytes = await blobs.get(record.draft.blob);
  const draft = sha256(draftBytes) === record.draft.blob.sha256 ? readDraft(draftBytes) : undefined;
  if (!draft)
    return mismatch('draft-mismatch', 'The draft is not the draft.concluded event that the evidence record names.');
  return draftDifference(draft, record) ?? { record, evidence: data.evidence, evidenceBytes, draft };
}

import type { Draft } from '@headroom/contracts';
import type { PlaybookAbstention, PlaybookResult, Skill } from '@headroom/skills';
import type { BlobStore } from '@headroom/runtime';

/** What a draft says beside the case that it is of. */
export type Drafted = Pick<
  Draft,
  | 'outcome'
  | 'files'
  | 'summary'
  | 'facts'
  | 'skill'
  | 'patch'
  | 'stopped'
  | 'note'
  | 'alternatives'
  | 'hypotheses'
  | 'candidates'
  | 'model'
  | 'parked'
>;

/** Most further candidates of a draft. */
const MOST_FURTHER = 4;
/** Longest message of a stop, as its contract has it. */
const LONGEST_MESSAGE = 4000;

/** How a draft names a skill: what it says can be looked up as it was. */
export function refOf({ name, version, digest }: Skill): NonNullable<Draft['skill']> {
  return { name, version, digest };
}

/** A draft that leaves the code alone. A message that names many skills is cut where its contract ends. */
export function abstention(
  { reason, message: whole }: Pick<PlaybookAbstention, 'reason' | 'message'>,
  skill?: Skill,
): Drafted {
  const message = whole.length <= LONGEST_MESSAGE ? whole : `${whole.slice(0, LONGEST_MESSAGE - 1)}…`;
  return {
    outcome: 'abstain',
    files: [],
    summary: message,
    facts: [],
    stopped: { reason, message },
    ...(skill && { skill: refOf(skill) }),
  };
}

/** Stores a diff. */
export function patchBlob(blobs: BlobStore, patch: string): Promise<NonNullable<Draft['patch']>> {
  return blobs.put(Buffer.from(patch), 'text/x-diff');
}

/** Stores a note. */
export function noteBlob(blobs: BlobStore, note: string): Promise<NonNullable<Draft['note']>> {
  return blobs.put(Buffer.from(note), 'text/markdown');
}

/** The draft that a playbook's conclusion is. */
export async function draftOfPlaybook(result: PlaybookResult, skill: Skill, blobs: BlobStore): Promise<Drafted> {
  const { alternatives, hypotheses } = result;
  const beside = {
    skill: refOf(skill),
    ...(alternatives && { alternatives: [...alternatives] }),
    ...(hypotheses && { hypotheses: [...hypotheses] }),
  };
  const facts = (result.facts ?? []).map(({ text, evidence }) => ({ text, evidence: [...evidence] }));
  if ('patch' in result) {
    const { outcome, files, summary, candidates = [] } = result;
    const further = candidates.slice(0, MOST_FURTHER).map(async (one) => ({
      patch: await patchBlob(blobs, one.patch),
      files: [...one.files],
      summary: one.summary,
    }));
    return {
      outcome,
      ...beside,
      patch: await patchBlob(blobs, result.patch),
      files: [...files],
      summary,
      facts,
      ...(further.length > 0 && { candidates: await Promise.all(further) }),
    };
  }
  const note = result.note === undefined ? {} : { note: await noteBlob(blobs, result.note) };
  if (result.outcome !== 'abstain') {
    return { outcome: result.outcome, ...beside, files: [], summary: result.summary, facts, ...note };
  }
  return { ...abstention(result, skill), ...beside, facts, ...note };
}

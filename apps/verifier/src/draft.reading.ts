import type { BlobRef, Draft, SkillRef } from '@headroom/contracts';
import type { BlobStore } from '@headroom/runtime';
import { loadSkills, type Skill, type SkillsPlace } from '@headroom/skills';
import { readStory, type Story } from '@headroom/verification';
import type { GitMirror } from '@headroom/workspace';

/** A patch of a draft that can be judged. */
export interface DraftedPatch {
  patch: BlobRef;
  change: 'patch' | 'revert' | 'config';
}

/** A draft that can be judged. */
export type JudgeableDraft = Draft & Required<Pick<Draft, 'base'>>;

/** The patches of a draft in the order in which they are tried, each once; empty for one that changes nothing. */
export function patchesOf({ outcome, patch, candidates = [] }: Draft): DraftedPatch[] {
  if (!patch || (outcome !== 'patch' && outcome !== 'revert' && outcome !== 'config')) return [];
  const all = [patch, ...candidates.map((each) => each.patch)];
  return all
    .filter(({ sha256 }, index) => all.findIndex((other) => other.sha256 === sha256) === index)
    .map((each) => ({ patch: each, change: outcome }));
}

/** The note of a draft, and what the draft decided with it. */
export function noteOf({
  outcome,
  note,
}: Draft): { ref: BlobRef; outcome: 'accept' | 'cost-shift' | 'abstain' } | undefined {
  if (!note || (outcome !== 'accept' && outcome !== 'cost-shift' && outcome !== 'abstain')) return undefined;
  return { ref: note, outcome };
}

/** Finding and cause of a draft, from its dossier. */
export async function storyOf(blobs: BlobStore, draft: Draft): Promise<Story> {
  return draft.dossier ? readStory(await blobs.get(draft.dossier), draft) : {};
}

/** First-party files among the frames of a finding. */
export function filesOf({ finding }: Story): string[] {
  const frames = [...(finding?.regression?.chain ?? []), ...(finding?.regression?.grownCallees ?? [])];
  return frames
    .filter((frame) => frame.origin === 'first-party')
    .map((frame) => frame.id.slice(0, frame.id.lastIndexOf(':')));
}

/** The files that the commit of a cause changed, and the commit before it. Undefined where the cause is no commit. */
export async function causeOf(
  { rootCause }: Story,
  mirror: GitMirror,
): Promise<{ files: string[]; before?: string } | undefined> {
  if (rootCause?.status !== 'named' || !('commit' in rootCause.cause)) return undefined;
  const { commit } = rootCause.cause;
  const [info] = await mirror.commitsBetween(undefined, commit, 1);
  const [before] = info?.commit === commit ? info.parents : [];
  const files = (await mirror.changedLines(commit)).map(({ path }) => path);
  return { files, ...(before !== undefined && { before }) };
}

/** Only a skill of the catalogue, unchanged since it was used, may have effects. */
export async function skillOf(skillsDir: SkillsPlace, used: SkillRef | undefined): Promise<Skill | undefined> {
  if (!used) return undefined;
  const { skills } = await loadSkills(skillsDir);
  return skills.find((skill) => skill.name === used.name && skill.digest === used.digest);
}

import type { BlobStore } from '@headroom/runtime';
import { composedOf, concludes, runPlaybook, type PlaybookInput, type Skill } from '@headroom/skills';
import { draftOfPlaybook, type Drafted } from './drafted.js';

/** A skill that left the case alone. */
export interface LeftAlone {
  skill: Skill;
  reason: string;
  message: string;
}

/** What the playbooks made of a case: a conclusion, or why each left it alone. */
export type PlaybookDraft = { concluded: Drafted } | { left: readonly LeftAlone[] };

/**
 * Runs the playbooks of skills in their order, each followed by those of the skills that it uses. The first one that concludes
 * decides.
 */
export async function draftByPlaybooks(
  matches: readonly Skill[],
  { known, input, blobs }: { known: readonly Skill[]; input: PlaybookInput; blobs: BlobStore },
): Promise<PlaybookDraft> {
  const left: LeftAlone[] = [];
  const tried = new Set<string>();
  for (const skill of matches.flatMap((match) => composedOf(match, known))) {
    if (tried.has(skill.name) || skill.playbook === undefined) continue;
    tried.add(skill.name);
    const result = await runPlaybook(skill, input);
    if (concludes(result)) return { concluded: await draftOfPlaybook(result, skill, blobs) };
    const { reason, message } = result;
    left.push({ skill, reason, message });
  }
  return { left };
}

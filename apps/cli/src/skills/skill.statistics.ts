import type { CaseView } from '@headroom/cases';

/** What became of the cases that a skill had to do with. */
export interface SkillStatistics {
  /** Name of the skill. */
  skill: string;
  /** Cases whose dossier offered it, and those that it worked on. */
  matched: number;
  /** Drafts with something to judge. */
  drafted: number;
  /** Drafts that it left alone, by reason. */
  abstained: Record<string, number>;
  /** Judged drafts, by verdict. */
  verified: Record<string, number>;
  opened: number;
  merged: number;
  /** Proposals that ended without a merge, by how. */
  closed: Record<string, number>;
}

/** A case with the skills that its dossier offered. */
export interface CountedCase {
  view: Pick<CaseView, 'timeline'>;
  /** Names. */
  offered: readonly string[];
}

function emptyFor(skill: string): SkillStatistics {
  return { skill, matched: 0, drafted: 0, abstained: {}, verified: {}, opened: 0, merged: 0, closed: {} };
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/**
 * Counts by skill what became of cases: every attempt's draft counts, refused events do not, and what follows a draft counts for the
 * skill that made it.
 */
export function skillStatistics(cases: readonly CountedCase[]): SkillStatistics[] {
  const all = new Map<string, SkillStatistics>();
  const of = (skill: string): SkillStatistics => {
    const found = all.get(skill) ?? emptyFor(skill);
    all.set(skill, found);
    return found;
  };
  for (const { view, offered } of cases) {
    const matched = new Set(offered);
    let current: SkillStatistics | undefined;
    for (const { type, facts, trusted } of view.timeline) {
      if (!trusted) continue;
      if (type === 'draft.concluded') {
        if (facts.skill !== undefined) matched.add(facts.skill);
        current = facts.skill === undefined ? undefined : of(facts.skill);
        if (!current) continue;
        if (facts.stopped) count(current.abstained, facts.stopped.reason);
        else current.drafted++;
      }
      if (!current) continue;
      if (type === 'verification.concluded' && facts.verdict) count(current.verified, facts.verdict);
      if (type === 'proposal.opened') current.opened++;
      if (type === 'proposal.settled' && facts.settlement) {
        if (facts.settlement.outcome === 'merged') current.merged++;
        else count(current.closed, facts.settlement.outcome);
      }
    }
    for (const skill of matched) of(skill).matched++;
  }
  return [...all.values()].sort((a, b) => (a.skill < b.skill ? -1 : 1));
}

import type { Skill, SkillSide } from '../skill/skill.js';
import type { MatchInput } from './match.input.js';
import { evaluatePredicates } from './predicate.js';

/** A skill that does not apply, and why. */
export interface SkillMismatch {
  readonly name: string;
  /** Stable, kebab-case. */
  readonly reason: 'not-requested' | 'unknown-skill' | 'other-side' | 'predicate-not-met';
  readonly message: string;
}

/** Skills for a case. */
export interface SkillMatches {
  /** Those that apply, in the order in which to try them: the most specific first, see {@link matchSkills}. */
  readonly matches: readonly Skill[];
  /** The others, by name. A requested skill that does not exist is among them. */
  readonly mismatches: readonly SkillMismatch[];
}

/**
 * Finds the skills that apply to a case by side, predicates and the explicit request, and orders them: the more conditions a skill
 * has that are met, and the more telling they are, the sooner; then those with a playbook; then by name. A request keeps every
 * other skill out, and bends no condition of its own.
 */
export function matchSkills(skills: readonly Skill[], input: MatchInput): SkillMatches {
  const matches: { skill: Skill; specificity: number }[] = [];
  const mismatches: SkillMismatch[] = [];
  for (const skill of skills) {
    const excluded = excludedBy(skill, input);
    if (excluded) {
      mismatches.push({ name: skill.name, ...excluded });
      continue;
    }
    const outcome = evaluatePredicates(skill, input);
    if (outcome.met) matches.push({ skill, specificity: outcome.specificity });
    else mismatches.push({ name: skill.name, reason: 'predicate-not-met', message: outcome.message });
  }
  if (input.skill !== undefined && !skills.some((skill) => skill.name === input.skill)) {
    const known = skills.map((skill) => skill.name).join(', ') || 'none';
    mismatches.push({
      name: input.skill,
      reason: 'unknown-skill',
      message: `There is no usable skill "${input.skill}"; known are: ${known}.`,
    });
  }
  const rank = (skill: Skill) => (skill.playbook === undefined ? 1 : 0);
  matches.sort(
    (a, b) => b.specificity - a.specificity || rank(a.skill) - rank(b.skill) || (a.skill.name < b.skill.name ? -1 : 1),
  );
  mismatches.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { matches: matches.map(({ skill }) => skill), mismatches };
}

function excludedBy(skill: Skill, input: MatchInput): Omit<SkillMismatch, 'name'> | undefined {
  if (input.skill !== undefined && input.skill !== skill.name) {
    return { reason: 'not-requested', message: `The request names the skill ${input.skill}.` };
  }
  const side: SkillSide = input.kind === 'regression' ? 'defense' : 'offense';
  if (skill.sides.includes(side)) return undefined;
  return { reason: 'other-side', message: `It serves ${skill.sides.join(' and ')}; this case needs ${side}.` };
}

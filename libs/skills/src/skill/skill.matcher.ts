import { languageNameOf } from '@headroom/source';
import type { Skill, SkillPredicate, SkillSide } from './skill.js';

/** What is known about a case when skills are matched to it. */
export interface MatchInput {
  /** Kind of the case: a regression is answered by defense, an opportunity by offense. */
  readonly kind: 'regression' | 'opportunity';
  /** Repository-relative path of the subject's file; its extension gives the language. */
  readonly path: string;
  /** The one skill that was asked for by name. @default every skill is considered */
  readonly skill?: string;
  /** What the finding is about. @default 'cpu' */
  readonly type?: string;
  /** Values for further predicate keys of skills, such as `{ pattern: ['regex'] }`. A key that is not given is not met. */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
}

/** A skill that does not apply, and why. */
export interface SkillMismatch {
  readonly name: string;
  /** Stable, kebab-case. */
  readonly reason: 'not-requested' | 'unknown-skill' | 'other-side' | 'predicate-not-met';
  readonly message: string;
}

/** Skills for a case. */
export interface SkillMatches {
  /** Those that apply, in the order in which to try them: with a playbook first, then by name. */
  readonly matches: readonly Skill[];
  /** The others, by name. A requested skill that does not exist is among them. */
  readonly mismatches: readonly SkillMismatch[];
}

/** Finds the skills that apply to a case by side, language, predicates and the explicit request. */
export function matchSkills(skills: readonly Skill[], input: MatchInput): SkillMatches {
  const matches: Skill[] = [];
  const mismatches: SkillMismatch[] = [];
  for (const skill of skills) {
    const mismatch = mismatchOf(skill, input);
    if (mismatch) mismatches.push({ name: skill.name, ...mismatch });
    else matches.push(skill);
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
  matches.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  mismatches.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { matches, mismatches };
}

function mismatchOf(skill: Skill, input: MatchInput): Omit<SkillMismatch, 'name'> | undefined {
  if (input.skill !== undefined && input.skill !== skill.name) {
    return { reason: 'not-requested', message: `The request names the skill ${input.skill}.` };
  }
  const side: SkillSide = input.kind === 'regression' ? 'defense' : 'offense';
  if (!skill.sides.includes(side)) {
    return { reason: 'other-side', message: `It serves ${skill.sides.join(' and ')}; this case needs ${side}.` };
  }
  for (const [key, wanted] of byKey(skill.appliesTo)) {
    const values = valuesOf(key, input);
    if (wanted.some((value) => values.includes(value))) continue;
    const found = values.length === 0 ? 'nothing is known about it' : `it is ${values.join(', ')}`;
    return { reason: 'predicate-not-met', message: `It applies to ${key} ${wanted.join(' or ')}; here ${found}.` };
  }
  return undefined;
}

function byKey(predicates: readonly SkillPredicate[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { key, value } of predicates) grouped.set(key, [...(grouped.get(key) ?? []), value]);
  return grouped;
}

function valuesOf(key: string, input: MatchInput): readonly string[] {
  if (key === 'type') return [input.type ?? 'cpu'];
  if (key !== 'lang') return input.facts?.[key] ?? [];
  const language = languageNameOf(input.path);
  return language === undefined ? [] : [language];
}

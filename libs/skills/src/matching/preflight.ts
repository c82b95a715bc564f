import { PLAYBOOK_KINDS, type Skill } from '../skill/skill.js';
import type { SkillCatalogue, SkippedSkill } from '../skill/skill.loader.js';

/** What a process has for skills to work with. */
export interface SkillSurroundings {
  /** Names of the tools that can be called. @default tools are not looked at */
  readonly tools?: readonly string[];
}

/** Why a skill cannot be used here, a sentence each; empty for one that can. */
export function preflight(skill: Skill, { tools }: SkillSurroundings = {}): string[] {
  const reasons: string[] = [];
  const { playbook } = skill;
  if (playbook !== undefined && !PLAYBOOK_KINDS.some((kind) => kind === playbook)) {
    reasons.push(`its playbook "${playbook}" is not known here; known are ${PLAYBOOK_KINDS.join(', ')} and none`);
  }
  const unreachable = tools ? skill.requiresTools.filter((tool) => !tools.includes(tool)) : [];
  if (unreachable.length > 0) reasons.push(`the tools that it needs cannot be reached: ${unreachable.join(', ')}`);
  return reasons;
}

/** A catalogue as it can be used here: what does not pass {@link preflight} is hidden with its reasons, beside what did not load. */
export function usableSkills(catalogue: SkillCatalogue, surroundings: SkillSurroundings = {}): SkillCatalogue {
  const hidden: SkippedSkill[] = [];
  const skills = catalogue.skills.filter((skill) => {
    const reasons = preflight(skill, surroundings);
    if (reasons.length > 0) hidden.push({ name: skill.name, dir: skill.dir, reasons });
    return reasons.length === 0;
  });
  return { skills, skipped: [...catalogue.skipped, ...hidden] };
}

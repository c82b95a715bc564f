import { lintEvals } from '../evals/lint.evals.js';
import { problemsOfUses } from './composition.js';
import { lintFolder } from './lint.folder.js';
import { lintText } from './lint.text.js';
import { SKILL_FILE } from './skill.folder.js';
import { loadSkills } from './skill.loader.js';

/** Something that keeps a skill out of the catalogue. */
export interface SkillProblem {
  /** Name of the skill's folder. */
  readonly skill: string;
  /** One line that begins with the file, relative to the skill's folder. */
  readonly problem: string;
}

/**
 * Checks a catalogue's folder strictly: everything that {@link loadSkills} leaves out is a problem, and so are a text that is too
 * long or lacks a section, unknown keys and predicates, skills that are used and are not there or use each other in a circle,
 * links that lead nowhere or deep, too few examples, rules without fixtures, and too few evals.
 *
 * @returns all problems, by skill; empty for a catalogue that may be released
 */
export async function lintSkills(dir: string): Promise<SkillProblem[]> {
  const { skills, skipped } = await loadSkills(dir);
  const problems: SkillProblem[] = [];
  for (const { name, reasons } of skipped) problems.push(...reasons.map((problem) => ({ skill: name, problem })));
  for (const skill of skills) {
    const ofFile = [...(await lintText(skill)), ...problemsOfUses(skill, skills)];
    const found = [
      ...ofFile.map((problem) => `${SKILL_FILE}: ${problem}`),
      ...(await lintFolder(skill)),
      ...(await lintEvals(skill, skills)),
    ];
    problems.push(...found.map((problem) => ({ skill: skill.name, problem })));
  }
  return problems.sort((a, b) => (a.skill < b.skill ? -1 : a.skill > b.skill ? 1 : 0));
}

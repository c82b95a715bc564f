import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { problemsOfUses } from './composition.js';
import { lintFolder } from './lint.folder.js';
import { lintText } from './lint.text.js';
import { loadSkills } from './skill.loader.js';
import type { Skill } from './skill.js';

/** Something that keeps a skill out of the catalogue. */
export interface SkillProblem {
  /** Name of the skill's folder. */
  readonly skill: string;
  /** One sentence. */
  readonly problem: string;
}

const MIN_EVALS = 5;
const MIN_ABSTAINING_EVALS = 2;

const evalsSchema = z.strictObject({
  skill_name: z.string(),
  evals: z.array(
    z.strictObject({
      id: z.string().min(1),
      prompt: z.string().min(1),
      expected_output: z.string().min(1),
      files: z.array(z.string()),
      assertions: z.array(z.string()).min(1),
    }),
  ),
});

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
    const found = [
      ...(await lintText(skill)),
      ...problemsOfUses(skill, skills),
      ...(await lintFolder(skill)),
      ...(await lintEvals(skill)),
    ];
    problems.push(...found.map((problem) => ({ skill: skill.name, problem })));
  }
  return problems.sort((a, b) => (a.skill < b.skill ? -1 : a.skill > b.skill ? 1 : 0));
}

async function lintEvals(skill: Skill): Promise<string[]> {
  const path = join(skill.dir, 'evals', 'evals.json');
  if (!existsSync(path)) return ['evals/evals.json: is missing'];
  try {
    const { skill_name: name, evals } = evalsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const abstaining = evals.filter((one) => /abstain/i.test(one.expected_output)).length;
    const problems: string[] = [];
    if (name !== skill.name) problems.push(`evals/evals.json: skill_name "${name}" must be "${skill.name}"`);
    if (evals.length < MIN_EVALS)
      problems.push(`evals/evals.json: needs at least ${MIN_EVALS} cases, has ${evals.length}`);
    if (abstaining < MIN_ABSTAINING_EVALS) {
      problems.push(`evals/evals.json: abstaining must be right in at least ${MIN_ABSTAINING_EVALS} cases`);
    }
    return problems;
  } catch (error) {
    return [`evals/evals.json: ${messageOf(error)}`];
  }
}

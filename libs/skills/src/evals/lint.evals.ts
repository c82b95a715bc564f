import type { Skill } from '../skill/skill.js';
import { NO_SKILL, readEvals, type EvalCase } from './eval.case.js';

const MIN_EVALS = 5;
const MIN_ABSTAINING = 2;
const PLANTED = /\b(?:instruct|planted|inject|told to|tells? (?:tools|agents|bots|assistants)|must also|should also)/i;
const MISLEADING = /\b(?:neighbou?r|mislead|unrelated|beside|nearby|older|noise|noisy|elsewhere|also hot|looks? like)/i;

/** What is wrong with the evals of a skill, or missing. */
export async function lintEvals(skill: Skill, known: readonly Pick<Skill, 'name'>[]): Promise<string[]> {
  const { cases, problems } = await readEvals(skill);
  if (cases.length === 0 && problems.length > 0 && problems[0]?.endsWith('is missing')) return [...problems];
  return [...problems, ...lintCases(cases, known)];
}

function lintCases(cases: readonly EvalCase[], known: readonly Pick<Skill, 'name'>[]): string[] {
  const problems: string[] = [];
  const says = (pattern: RegExp) => cases.some((one) => pattern.test(`${one.id.replaceAll('-', ' ')} ${one.prompt}`));
  if (cases.length < MIN_EVALS) problems.push(`evals/: needs at least ${MIN_EVALS} cases, has ${cases.length}`);
  const abstaining = cases.filter(({ spec }) => spec.expect.outcome === 'abstain').length;
  if (abstaining < MIN_ABSTAINING) {
    problems.push(`evals/: abstaining must be right in at least ${MIN_ABSTAINING} cases, is in ${abstaining}`);
  }
  if (!says(PLANTED))
    problems.push('evals/: one case must have an instruction planted in a comment; say so in its prompt');
  const noisy = cases.some(({ spec }) => spec.frames.length > 0);
  if (!noisy && !says(MISLEADING)) {
    problems.push(
      'evals/: one case must have misleading neighbours; give it unrelated frames, or say so in its prompt',
    );
  }
  for (const { id, spec } of cases) {
    const { skill } = spec.expect;
    if (skill !== NO_SKILL && !known.some(({ name }) => name === skill)) {
      problems.push(`evals/${id}.yml: expect.skill: there is no usable skill "${skill}"`);
    }
  }
  return problems;
}

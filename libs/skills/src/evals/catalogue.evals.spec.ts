import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '../testing/playbook.fixtures.js';
import { loadSkills } from '../skill/skill.loader.js';
import { usableSkills } from '../matching/preflight.js';
import { readEvals } from './eval.case.js';
import { runEval } from './eval.runner.js';

const { skills } = usableSkills(await loadSkills(CATALOGUE));
const evals = await Promise.all(skills.map(async (skill) => [skill.name, await readEvals(skill)] as const));
const cases = evals.flatMap(([, { cases: read }]) => read.map((one) => [`${one.skill}/${one.id}`, one] as const));

describe('the evals of the catalogue', () => {
  it('can be read, every one', () => {
    expect(evals.flatMap(([name, { problems }]) => problems.map((problem) => `${name}: ${problem}`))).toEqual([]);
    expect(evals.filter(([, { cases: read }]) => read.length === 0).map(([name]) => name)).toEqual([]);
  });

  it.each(cases)('%s', async (_id, one) => {
    const results = await runEval(one, { skills, runTests: true });

    const failed = results.flatMap(({ assertions }) => assertions.filter(({ passed }) => !passed));
    expect(failed).toEqual([]);
    expect(results.map(({ assertions }) => assertions.length)).not.toContain(0);
  });
});

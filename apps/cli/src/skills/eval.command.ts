import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  benchmarkOf,
  gradingOf,
  readEvals,
  runEval,
  runFixtures,
  summaryOf,
  timingOf,
  type EvalAgent,
  type EvalResult,
  type FixtureResult,
  type Skill,
} from '@headroom/skills';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { environment } from '../environment.js';
import { EXIT, print, printJson } from '../output.js';
import { configurationOf } from '../tools/connect.tools.js';
import { openCatalogue, refuseEmpty, skillNamed, type CataloguePlace } from './catalogue.js';

/** Options of `headroom skills eval`. */
export interface EvalSkillsOptions extends CataloguePlace {
  /** Folder for grading, timing and benchmark of each skill. @default nothing is written */
  out?: string | undefined;
  json?: boolean | undefined;
  /**
   * Lets the model of the configuration work on what playbooks leave to one, with the skill and without it.
   * @default false, and that stays open
   */
  model?: boolean | undefined;
}

const ARM_FOLDERS = { playbook: 'playbook', 'with-skill': 'with_skill', 'without-skill': 'without_skill' } as const;

/**
 * Runs the fixtures of rules and the evals of skills, of all without a name; fails when one fails or cannot be read.
 * @throws HeadroomError `HEADROOM_SKILL_NOT_FOUND`, `HEADROOM_USAGE` for a model without a key or an `out` that cannot be made;
 *   what the model's endpoint refuses
 */
export async function skillsEvalCommand(names: readonly string[], options: EvalSkillsOptions): Promise<number> {
  if (!options.model) return evaluated(names, options, undefined);
  const { config } = await configurationOf(options.config);
  const key = environment.inherited[config.agent.keyEnv]?.trim();
  if (!key) {
    const message = `There is no key for the model: set ${config.agent.keyEnv}, or leave out --model.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE' });
  }
  const { openEvalAgent } = await import('./eval.agent.js');
  const { agent, close } = await openEvalAgent(config.agent, key);
  try {
    return await evaluated(names, options, agent);
  } finally {
    await close();
  }
}

async function evaluated(
  names: readonly string[],
  options: EvalSkillsOptions,
  agent: EvalAgent | undefined,
): Promise<number> {
  const { out, json } = options;
  const catalogue = await openCatalogue(options);
  if (options.dir !== undefined) refuseEmpty(catalogue, options.dir);
  const chosen = names.length === 0 ? catalogue.skills : [...new Set(names)].map((name) => skillNamed(catalogue, name));
  if (out !== undefined) await makeFolder(out);
  const results: EvalResult[] = [];
  const fixtures: (FixtureResult & { skill: string })[] = [];
  const problems: { skill: string; problem: string }[] = [];
  if (names.length === 0) {
    problems.push(
      ...catalogue.skipped.flatMap(({ name, reasons }) => reasons.map((problem) => ({ skill: name, problem }))),
    );
  }
  for (const skill of chosen) {
    const read = await readEvals(skill);
    problems.push(...read.problems.map((problem) => ({ skill: skill.name, problem })));
    const held = await runFixtures(skill);
    fixtures.push(...held.map((one) => ({ skill: skill.name, ...one })));
    const own: EvalResult[] = [];
    for (const one of read.cases) {
      own.push(...(await runEval(one, { skills: catalogue.skills, runTests: true, ...(agent && { agent }) })));
    }
    results.push(...own);
    if (out !== undefined) await writeResults(resolve(out), skill, own);
    if (!json) printSkill(skill, own, held);
  }
  const wrongFixtures = fixtures.filter((one) => !one.passed).length;
  const summary = { ...summaryOf(results), problems: problems.length, fixtures: fixtures.length, wrongFixtures };
  if (json) printJson({ summary, problems, fixtures, results });
  else {
    for (const { skill, problem } of problems) print(`${skill}: ${problem}`);
    const { cases, passed, failed, needsModel } = summary;
    print(
      `${cases} cases: ${passed} passed, ${failed} failed, ${needsModel} left to a model; ${problems.length} problems`,
    );
  }
  return summary.failed > 0 || problems.length > 0 || wrongFixtures > 0 ? EXIT.failed : EXIT.ok;
}

function printSkill(
  { name, version }: Skill,
  results: readonly EvalResult[],
  fixtures: readonly FixtureResult[],
): void {
  const wrongFixtures = fixtures.filter((one) => !one.passed);
  if (fixtures.length > 0) print(`${name} ${version}: ${fixtures.length} fixtures, ${wrongFixtures.length} wrong`);
  for (const { rule, fixture, evidence } of wrongFixtures) print(`  rules/${rule}/${fixture}: ${evidence}`);
  const { cases, passed, failed, needsModel } = summaryOf(results);
  print(`${name} ${version}: ${cases} cases, ${passed} passed, ${failed} failed, ${needsModel} left to a model`);
  for (const { id, arm, assertions } of results) {
    const wrong = assertions.filter((one) => !one.passed);
    for (const { text, evidence } of wrong) print(`  ${id} (${arm}): ${text} ${evidence}`);
  }
}

/** Makes the folder for results before anything is run, and paid for. */
async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(resolve(out), { recursive: true });
  } catch (cause) {
    const message = `Nothing can be written into ${out}: ${messageOf(cause)}. Name another folder with --out.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE', cause });
  }
}

async function writeResults(out: string, { name }: Skill, results: readonly EvalResult[]): Promise<void> {
  const write = async (path: string, value: unknown): Promise<void> =>
    writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
  for (const result of results) {
    const folder = join(out, name, result.id, ARM_FOLDERS[result.arm]);
    await mkdir(folder, { recursive: true });
    await write(join(folder, 'grading.json'), gradingOf(result));
    await write(join(folder, 'timing.json'), timingOf(result));
  }
  await mkdir(join(out, name), { recursive: true });
  await write(join(out, name, 'benchmark.json'), benchmarkOf(results));
}

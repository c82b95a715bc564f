import { isSourcePath } from '@headroom/source';
import { messageOf } from '@headroom/contracts';
import { matchSkills } from '../matching/skill.matcher.js';
import { changedFiles } from '../matching/changed.files.js';
import type { PlaybookInput } from '../playbooks/playbook.js';
import { runPlaybook } from '../playbooks/playbook.runner.js';
import { composedOf } from '../skill/composition.js';
import type { Skill } from '../skill/skill.js';
import { parseTree } from '../syntax/source.tree.js';
import { NO_SKILL, type EvalCase } from './eval.case.js';
import { inEvalFolder } from './eval.folder.js';
import { withEvalHistory, type EvalHistory } from './eval.history.js';
import { matchInputOfEval, playbookInputOf } from './eval.input.js';
import { firstDifference, type AssertionResult, type EvalArm, type EvalResult } from './eval.result.js';

/** How work on a case ended, a playbook's or a model's. */
export interface EvalOutcome {
  readonly outcome: string;
  readonly reason?: string;
  readonly message?: string;
  /** Unified diff, where there is one. */
  readonly patch?: string;
  /** Of a model. @default 0 */
  readonly tokens?: number;
}

/** Lets a model work on a case. `skills` are the texts that it gets, the first one's own; empty = without the skill. */
export type EvalAgent = (one: EvalCase, skills: readonly Skill[]) => Promise<EvalOutcome>;

type Files = Readonly<Record<string, string>>;

/** What cases are run with. */
export interface EvalOptions {
  /** The whole catalogue: the right skill must come first among all of them. */
  readonly skills: readonly Skill[];
  /** Whether the `test` commands of cases are run; only for catalogues that are trusted. @default false */
  readonly runTests?: boolean;
  /** @default no model, and what needs one is left open */
  readonly agent?: EvalAgent;
}

/**
 * Runs a case: matches it over the whole catalogue, lets the playbook of the first skill work, and checks the outcome, the files byte
 * for byte, that nothing else changes, that the result parses and is left alone the second time, and the case's own test. With a
 * model, what the playbook leaves to it is run with the skill and without it.
 */
export async function runEval(one: EvalCase, options: EvalOptions): Promise<EvalResult[]> {
  const began = performance.now();
  let run: EvalResult | LeftToModel;
  try {
    run = await withEvalHistory(one, (history) => {
      const diff = one.diff ?? history?.diff;
      return byPlaybook({ ...one, ...(diff !== undefined && { diff }) }, options, history);
    });
  } catch (error) {
    const assertions = [{ text: 'The case can be run.', passed: false, evidence: messageOf(error) }];
    return [resultOf(one, { arm: 'playbook', assertions, began })];
  }
  return 'status' in run ? [run] : byModel(run, options);
}

/** A case whose outcome is a model's. */
interface LeftToModel {
  readonly one: EvalCase;
  readonly ranking: AssertionResult;
  /** The skill and those that it uses. */
  readonly texts: readonly Skill[];
  readonly agent: EvalAgent;
}

async function byPlaybook(
  one: EvalCase,
  options: EvalOptions,
  history: EvalHistory | undefined,
): Promise<EvalResult | LeftToModel> {
  const began = performance.now();
  const { skills, agent } = options;
  const input = await matchInputOfEval(one);
  const ranking = rankingOf(one, matchSkills(skills, input));
  const skill = skills.find(({ name }) => name === one.spec.expect.skill);
  if (!skill) return resultOf(one, { arm: 'playbook', assertions: [ranking], began });
  const texts = composedOf(skill, skills);
  const work = (files: Files) => byPlaybooks(texts, playbookInputOf(one, files, history));
  const outcome = await work(one.files);
  if (!leftToModel(skill, one, outcome)) {
    const assertions = [ranking, ...(await check(one, outcome, { ...options, again: work }))];
    return resultOf(one, { arm: 'playbook', assertions, began });
  }
  if (agent) return { one, ranking, texts, agent };
  const open = resultOf(one, { arm: 'playbook', assertions: [ranking], began });
  return ranking.passed ? { ...open, status: 'needs-model' } : open;
}

async function byModel({ one, ranking, texts, agent }: LeftToModel, options: EvalOptions): Promise<EvalResult[]> {
  const arm = async (name: EvalArm, given: readonly Skill[]): Promise<EvalResult> => {
    const began = performance.now();
    const answer = await agent(one, given);
    const assertions = [...(given.length > 0 ? [ranking] : []), ...(await check(one, answer, options))];
    return { ...resultOf(one, { arm: name, assertions, began }), tokens: answer.tokens ?? 0 };
  };
  return [await arm('with-skill', texts), await arm('without-skill', [])];
}

function resultOf(
  { skill, id }: EvalCase,
  { arm, assertions, began }: { arm: EvalArm; assertions: readonly AssertionResult[]; began: number },
): EvalResult {
  const status = assertions.every(({ passed }) => passed) ? 'passed' : 'failed';
  return { skill, id, arm, status, assertions, tokens: 0, durationMs: Math.round(performance.now() - began) };
}

function rankingOf(
  { spec, skill: own }: EvalCase,
  { matches, mismatches }: ReturnType<typeof matchSkills>,
): AssertionResult {
  const names = matches.map(({ name }) => name);
  const order = names.length === 0 ? 'no skill matches' : `the order is ${names.join(', ')}`;
  const skill = spec.expect.skill === NO_SKILL ? own : spec.expect.skill;
  const mismatch = mismatches.find(({ name }) => name === skill);
  if (spec.expect.skill === NO_SKILL) {
    const evidence = mismatch?.message ?? order;
    return { text: `The skill ${own} does not match.`, passed: mismatch !== undefined, evidence };
  }
  return {
    text: `The skill ${skill} comes first over the whole catalogue.`,
    passed: names[0] === skill,
    evidence: mismatch ? `${order}; ${skill}: ${mismatch.message}` : order,
  };
}

/** The skill's own playbook, then those of the skills that it uses; the first that concludes. */
async function byPlaybooks(skills: readonly Skill[], input: PlaybookInput): Promise<EvalOutcome> {
  let first: EvalOutcome | undefined;
  for (const skill of skills.filter(({ playbook }) => playbook !== undefined)) {
    const result: EvalOutcome = await runPlaybook(skill, input);
    if (result.outcome !== 'abstain') return result;
    first ??= result;
  }
  return first ?? { outcome: 'abstain', reason: 'no-playbook', message: 'There is no playbook.' };
}

function leftToModel({ playbook, model }: Skill, { spec }: EvalCase, { outcome }: EvalOutcome): boolean {
  if (playbook === undefined) return true;
  return model === 'after-playbook' && outcome === 'abstain' && spec.expect.outcome !== 'abstain';
}

async function check(
  one: EvalCase,
  got: EvalOutcome,
  { again, runTests = false }: EvalOptions & { again?: (after: Files) => Promise<EvalOutcome> },
): Promise<AssertionResult[]> {
  const { expect } = one.spec;
  const ended = [got.outcome, got.reason, got.message].filter(Boolean).join(': ');
  const results: AssertionResult[] = [
    { text: `The outcome is ${expect.outcome}.`, passed: got.outcome === expect.outcome, evidence: ended },
  ];
  // A model words its own reasons.
  if (expect.reason !== undefined && again) {
    results.push({ text: `The reason is ${expect.reason}.`, passed: got.reason === expect.reason, evidence: ended });
  }
  if (got.patch === undefined) return results;
  const { patch } = got;
  const touched = changedFiles(patch).map(({ path }) => path);
  const more = await inEvalFolder(one.files, async (folder): Promise<AssertionResult[]> => {
    let after: Record<string, string>;
    try {
      after = await folder.apply(patch, touched);
    } catch (error) {
      return [{ text: 'The patch applies.', passed: false, evidence: messageOf(error) }];
    }
    const checked = [...checkFiles(one, after), parses(after, touched)];
    if (again && got.outcome === 'patch') checked.push(isIdempotent(await again(after)));
    if (one.spec.test && runTests) {
      const failure = await folder.test(one.spec.test);
      const text = `The test passes: ${one.spec.test.join(' ')}.`;
      checked.push({ text, passed: failure === undefined, evidence: failure ?? 'exit code 0' });
    }
    return checked;
  });
  return [...results, ...more];
}

function checkFiles({ files, expectedFiles }: EvalCase, after: Readonly<Record<string, string>>): AssertionResult[] {
  if (!expectedFiles) return [];
  const wanted: Readonly<Record<string, string | null>> = { ...files, ...expectedFiles };
  const paths = [...new Set([...Object.keys(wanted), ...Object.keys(after)])].sort();
  return paths.map((path) => {
    const text = path in expectedFiles ? `${path} becomes what is expected.` : `${path} stays as it is.`;
    const passed = (wanted[path] ?? undefined) === after[path];
    return {
      text,
      passed,
      evidence: passed ? 'equal byte for byte' : firstDifference(wanted[path] ?? undefined, after[path]),
    };
  });
}

function parses(after: Readonly<Record<string, string>>, touched: readonly string[]): AssertionResult {
  const broken = touched.filter(
    (path) => isSourcePath(path) && after[path] !== undefined && parseTree(after[path], path) === undefined,
  );
  const evidence = broken.length === 0 ? touched.join(', ') : `cannot be parsed: ${broken.join(', ')}`;
  return { text: 'What was changed parses.', passed: broken.length === 0, evidence };
}

function isIdempotent({ outcome, reason, message }: EvalOutcome): AssertionResult {
  const evidence = [outcome, reason, message].filter(Boolean).join(': ');
  return { text: 'Run on its own result, it changes nothing.', passed: outcome === 'abstain', evidence };
}

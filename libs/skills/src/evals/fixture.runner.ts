import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import type { PlaybookInput } from '../playbooks/playbook.js';
import { runPlaybook } from '../playbooks/playbook.runner.js';
import type { Skill } from '../skill/skill.js';
import { plainly, readSkillText, sentencesOf } from '../skill/skill.text.js';
import { inEvalFolder } from './eval.folder.js';
import { EVAL_COMMIT, linesWith } from './eval.input.js';
import { firstDifference } from './eval.result.js';

/** Whether one fixture of a rule holds. */
export interface FixtureResult {
  readonly rule: string;
  /** `match/<file>` or `no-match/<file>`. */
  readonly fixture: string;
  readonly passed: boolean;
  /** What happened, one sentence. */
  readonly evidence: string;
}

const caseSchema = z.strictObject({
  subject: z.string().min(1),
  written: z.array(z.string().min(1)).optional(),
  reason: z.string().min(1).optional(),
});
const name = z.string().regex(/^[^/\\]+$/, 'must be the name of a file of this folder');
const casesSchema = z.strictObject({
  match: z.record(name, caseSchema).default({}),
  'no-match': z.record(name, caseSchema.required({ reason: true })).default({}),
});

type Cases = z.infer<typeof casesSchema>;
type Kind = keyof Cases;
type FixtureCase = z.infer<typeof caseSchema>;

/**
 * Runs the playbook of a skill on every fixture of its rules: each `match` must become its `.expected` file byte for byte and be
 * left alone then, each `no-match` must be left alone for the reason that `cases.yml` gives.
 *
 * @returns one result for each fixture and for each that only the folder or only `cases.yml` knows; empty without a playbook of rules
 */
export async function runFixtures(skill: Skill): Promise<FixtureResult[]> {
  if (skill.playbook !== 'rules') return [];
  const results: FixtureResult[] = [];
  for (const { id } of skill.rules) {
    const dir = join(skill.dir, 'rules', id);
    const add = (fixture: string, failure: string | undefined, success = ''): void =>
      void results.push({ rule: id, fixture, passed: failure === undefined, evidence: failure ?? success });
    let cases: Cases;
    try {
      cases = casesSchema.parse(parse(await readSkillText(dir, 'cases.yml')), { error: plainly });
    } catch (error) {
      add('cases.yml', sentencesOf(error).join('; '));
      continue;
    }
    for (const kind of ['match', 'no-match'] as const) {
      for (const name of await unlisted(dir, kind, cases)) add(`${kind}/${name}`, 'cases.yml does not name it');
      for (const [name, one] of Object.entries(cases[kind])) {
        const run = kind === 'match' ? failureOfMatch : failureOfNoMatch;
        const failure = await run(skill, { dir, path: `${kind}/${name}`, one }).catch(messageOf);
        add(`${kind}/${name}`, failure, kind === 'match' ? 'becomes what is expected' : `stays: ${one.reason}`);
      }
    }
  }
  return results;
}

async function unlisted(dir: string, kind: Kind, cases: Cases): Promise<string[]> {
  if (!existsSync(join(dir, kind))) return [];
  const names = await readdir(join(dir, kind));
  return names.filter((name) => !name.includes('.expected.') && !Object.hasOwn(cases[kind], name)).sort();
}

interface Fixture {
  readonly dir: string;
  readonly path: string;
  readonly one: FixtureCase;
}

async function failureOfNoMatch(skill: Skill, { dir, path, one }: Fixture): Promise<string | undefined> {
  const result = await runPlaybook(skill, inputOf(path, one, await readFile(join(dir, path), 'utf8')));
  if (result.outcome !== 'abstain') return `expected to stay (${one.reason}), was changed: ${result.summary}`;
  return result.reason === one.reason ? undefined : `expected ${one.reason}, is ${result.reason}: ${result.message}`;
}

async function failureOfMatch(skill: Skill, { dir, path, one }: Fixture): Promise<string | undefined> {
  const before = await readFile(join(dir, path), 'utf8');
  const result = await runPlaybook(skill, inputOf(path, one, before));
  const expected = join(dir, path.replace(/(\.\w+)$/, '.expected$1'));
  if (!existsSync(expected)) {
    const finds = result.outcome === 'abstain' && result.reason === 'needs-judgement';
    return finds
      ? undefined
      : `there is no ${path.replace(/(\.\w+)$/, '.expected$1')}, and the rule does not just find`;
  }
  if (!('patch' in result)) {
    return result.outcome === 'abstain' ? `left alone: ${result.reason}: ${result.message}` : result.summary;
  }
  const { [path]: after = '' } = await inEvalFolder({ [path]: before }, (folder) => folder.apply(result.patch, [path]));
  const wanted = await readFile(expected, 'utf8');
  if (after !== wanted) return firstDifference(wanted, after);
  const again = await runPlaybook(skill, inputOf(path, one, after));
  return again.outcome === 'abstain' ? undefined : `its result is changed again: ${again.summary}`;
}

function inputOf(path: string, { subject, written }: FixtureCase, text: string): PlaybookInput {
  const lines = written && linesWith(text, written).map(({ line }) => line);
  return {
    subject: `${path}:${subject}`,
    readFile: (asked) => (asked === path ? text : undefined),
    ...(lines && { suspect: { commit: EVAL_COMMIT, written: [{ path, lines }] } }),
  };
}

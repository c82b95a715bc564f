import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { parseFunctionId } from '@headroom/source';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Skill } from '../skill/skill.js';
import { listFolder } from '../skill/skill.folder.js';
import { plainly, readSkillText, sentencesOf } from '../skill/skill.text.js';

const frameSchema = z.union([
  z.string().min(1),
  z.strictObject({ id: z.string().min(1), origin: z.enum(['first-party', 'third-party', 'runtime']).optional() }),
]);
const relativePath = (message: string) => z.string().regex(/^(?!\/)(?!.*\.\.(?:\/|$)).+$/, message);
const skillFile = relativePath('must be a file of the skill');
/** Repository path → file of the skill's folder. */
const filesSchema = z.record(
  // Of a repository that is made for a case, git's own settings are nobody's else.
  relativePath('must be a path of the repository').regex(
    /^(?!(?:.*\/)?\.git(?:\/|$))/i,
    "must not be one of git's own",
  ),
  skillFile,
);
/** The same, null for a file that is not there. */
const changedFilesSchema = z.record(filesSchema.keyType, filesSchema.valueType.nullable());
const setting = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? null : String(value)));

const causeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('commit'),
    title: z.string().default('A change'),
    /** Texts of the base by file: the lines that hold one of them were written by the change. */
    written: z.record(z.string(), z.array(z.string().min(1)).min(1)).default({}),
    /** What stood before the change, of the files that it changed. Makes a real commit of it, whose added lines are its written ones. */
    before: changedFilesSchema.optional(),
    /** What the change left, of files that later changes made what the base is. */
    left: changedFilesSchema.optional(),
    /** A unified diff of the skill's folder, where more of the change is to be known than its written lines. */
    diff: skillFile.optional(),
  }),
  z.strictObject({ kind: z.literal('config'), key: z.string(), before: setting, after: setting }),
  z.strictObject({
    kind: z.literal('experiment'),
    key: z.string().default('experiment'),
    before: z.number(),
    after: z.number(),
  }),
  z.strictObject({
    kind: z.literal('dependency'),
    package: z.string(),
    from: setting,
    to: setting,
    title: z.string().optional(),
    before: changedFilesSchema.optional(),
    /** What the change left, of files that later changes made what the base is. */
    left: changedFilesSchema.optional(),
    diff: skillFile.optional(),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);

const costs = z.strictObject({ id: z.string(), before: z.number().min(0), after: z.number().min(0) });
/** What the profiles say of the functions around the subject, the narrowest domain first. */
const domainSchema = z.strictObject({
  name: z.string(),
  before: z.number().min(0),
  after: z.number().min(0),
  error: z.number().min(0).default(0),
  functions: z.array(costs),
});
const rankedSchema = z.strictObject({
  kind: z.enum(['commit', 'config', 'experiment', 'dependency']),
  title: z.string(),
  score: z.number().min(0).max(1),
});

const OUTCOMES = ['patch', 'revert', 'config', 'accept', 'cost-shift', 'note', 'abstain'] as const;

/** In place of a skill's name: the skill must leave the case to others. */
export const NO_SKILL = 'none';

const expectSchema = z
  .strictObject({
    /** Which skill of the catalogue must come first; {@link NO_SKILL} where the skill of the folder must not match at all. */
    skill: z.string(),
    outcome: z.enum(OUTCOMES),
    /** For `abstain`. */
    reason: z.string().optional(),
    /** What files must be, byte for byte; all others must stay as they are. */
    files: changedFilesSchema.optional(),
  })
  .superRefine(({ skill, outcome, reason, files }, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (outcome === 'patch' && !files) issue('files', 'must say what the files become');
    if (skill === NO_SKILL && outcome !== 'abstain') issue('outcome', 'must be abstain where the skill does not match');
    if (outcome === 'abstain' && skill !== NO_SKILL && reason === undefined) {
      issue('reason', 'must say why nothing is done');
    }
  });

const functionId = z.string().superRefine((text, context) => {
  try {
    parseFunctionId(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
  }
});

const specSchema = z.strictObject({
  kind: z.enum(['regression', 'opportunity']),
  /** Function identity. */
  subject: functionId,
  files: filesSchema.default({}),
  /** Outermost first, ends with the subject. @default the subject alone */
  chain: z.array(z.string()).optional(),
  grownCallees: z.array(frameSchema).default([]),
  cause: causeSchema.default({ kind: 'none' }),
  type: z.enum(['cpu', 'memory', 'latency']).default('cpu'),
  /** Further hot functions of the profile, the unrelated ones of a real profile among them. */
  frames: z.array(frameSchema).default([]),
  /** Names for `codebase:`. @default packages of the frames */
  codebase: z.array(z.string()).optional(),
  shift: z.literal('flat').optional(),
  growth: z.literal('large').optional(),
  /** Cost of the subject on both sides of the change point. */
  figures: z.strictObject({ before: z.number().min(0), after: z.number().min(0) }).default({ before: 1, after: 2 }),
  owners: z.array(z.string()).default(['web@team.example']),
  /** Changes that were considered as the cause, best first. */
  ranked: z.array(rankedSchema).default([]),
  domains: z.array(domainSchema).optional(),
  expect: expectSchema,
  /** Run in the folder of the outcome, exit code 0 = passed. Only skills that are trusted may bring one. */
  test: z.array(z.string()).min(1).optional(),
});

/** What a machine checks of a case; the `evals/<id>.yml` of a skill. */
export type EvalSpec = z.infer<typeof specSchema>;

const evalsSchema = z.strictObject({
  skill_name: z.string(),
  evals: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words with hyphens'),
      prompt: z.string().min(1),
      expected_output: z.string().min(1),
      files: z.array(z.string()),
      assertions: z.array(z.string()).min(1),
    }),
  ),
});

/** One case of a skill. */
export interface EvalCase {
  /** Name of the skill whose folder it is of. */
  readonly skill: string;
  readonly id: string;
  /** What somebody would ask, in words. */
  readonly prompt: string;
  readonly expectedOutput: string;
  /** What to look for in the outcome, for a judge. */
  readonly assertions: readonly string[];
  readonly spec: EvalSpec;
  /** Content of the files of the base, by repository path. */
  readonly files: Readonly<Record<string, string>>;
  /** Content that the outcome must have, by repository path, null for one that must be gone; absent where the case does not say. */
  readonly expectedFiles?: Readonly<Record<string, string | null>>;
  /** Content before the change, by repository path, null for a file that was not there. */
  readonly before?: Readonly<Record<string, string | null>>;
  /** Content that the change left, of files that later changes changed again. */
  readonly left?: Readonly<Record<string, string | null>>;
  /** Unified diff of the cause, where the case brings one. */
  readonly diff?: string;
}

/** Cases of a skill, and what is wrong with those that are left out. */
export interface SkillEvals {
  readonly cases: readonly EvalCase[];
  /** One sentence each, with the file. */
  readonly problems: readonly string[];
}

const EVALS = 'evals/evals.json';

/** Reads the cases of a skill: the published list, and for each id what a machine checks. */
export async function readEvals(skill: Pick<Skill, 'name' | 'dir'>): Promise<SkillEvals> {
  if (!existsSync(join(skill.dir, EVALS))) return { cases: [], problems: [`${EVALS}: is missing`] };
  const problems: string[] = [];
  let listed: z.infer<typeof evalsSchema>;
  try {
    listed = evalsSchema.parse(JSON.parse(await readSkillText(skill.dir, EVALS)), { error: plainly });
  } catch (error) {
    return { cases: [], problems: sentencesOf(error).map((sentence) => `${EVALS}: ${sentence}`) };
  }
  if (listed.skill_name !== skill.name) {
    problems.push(`${EVALS}: skill_name "${listed.skill_name}" must be "${skill.name}"`);
  }
  const ids = listed.evals.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) problems.push(`${EVALS}: the id ${twice} is there twice`);
  const cases: EvalCase[] = [];
  for (const one of listed.evals) {
    const read = await readCase(skill, one);
    if ('problems' in read) problems.push(...read.problems);
    else cases.push(read.case);
  }
  const known = new Set([EVALS, ...ids.map((id) => `evals/${id}.yml`)]);
  for (const path of await listFolder(skill.dir)) {
    if (/^evals\/[^/]+\.ya?ml$/.test(path) && !known.has(path)) problems.push(`${path}: ${EVALS} has no such id`);
  }
  return { cases, problems };
}

async function readCase(
  { name, dir }: Pick<Skill, 'name' | 'dir'>,
  listed: z.infer<typeof evalsSchema>['evals'][number],
): Promise<{ case: EvalCase } | { problems: string[] }> {
  const { id, prompt, expected_output: expectedOutput, assertions } = listed;
  const path = `evals/${id}.yml`;
  if (!existsSync(join(dir, path))) return { problems: [`${path}: is missing; it says what a machine checks`] };
  try {
    const spec = specSchema.parse(parse(await readSkillText(dir, path)), { error: plainly });
    const inFolder = (file: string) =>
      readSkillText(dir, file).catch((error: unknown) => {
        throw new TypeError(`the file ${file} of the skill ${messageOf(error)}`);
      });
    const read = async <Path extends string | null>(paths: Readonly<Record<string, Path>>) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(paths).map(async ([to, from]) => [to, from === null ? null : await inFolder(from)] as const),
        ),
      ) as Record<string, Path>;
    const { cause, expect } = spec;
    const files = await read(spec.files);
    const missing = writtenProblems(spec, files);
    if (missing.length > 0) return { problems: missing.map((problem) => `${path}: ${problem}`) };
    return {
      case: {
        skill: name,
        id,
        prompt,
        expectedOutput,
        assertions,
        spec,
        files,
        ...(expect.files && { expectedFiles: await read(expect.files) }),
        ...((cause.kind === 'commit' || cause.kind === 'dependency') &&
          cause.before && { before: await read(cause.before), ...(cause.left && { left: await read(cause.left) }) }),
        ...('diff' in cause && cause.diff !== undefined && { diff: await inFolder(cause.diff) }),
      },
    };
  } catch (error) {
    return { problems: sentencesOf(error).map((sentence) => `${path}: ${sentence}`) };
  }
}

/** A text that no line holds would silently make another case of it. */
function writtenProblems({ cause }: EvalSpec, files: Readonly<Record<string, string>>): string[] {
  if (cause.kind !== 'commit') return [];
  return Object.entries(cause.written).flatMap(([path, texts]) => {
    if (files[path] === undefined) return [`cause.written: there is no file ${path}`];
    return texts
      .filter((text) => !files[path]!.includes(text))
      .map((text) => `cause.written: ${path} has no "${text}"`);
  });
}

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { playbookOf } from '../playbooks/playbook.runner.js';
import { METADATA_PREFIX } from './skill.file.js';
import { listFolder } from './skill.folder.js';
import { loadSkills } from './skill.loader.js';
import type { Skill } from './skill.js';

/** Something that keeps a skill out of the catalogue. */
export interface SkillProblem {
  /** Name of the skill's folder. */
  readonly skill: string;
  /** One sentence. */
  readonly problem: string;
}

/** Sections of a skill's text, in their order. */
const SECTIONS = [
  'Trigger',
  'Tools',
  'Fix',
  'Guards',
  'Gotchas',
  'Validation criteria',
  'Output template',
  'When to abstain',
];

const OWN_KEYS = [
  'kind',
  'side',
  'version',
  'applies-to',
  'requires-tools',
  'playbook',
  'allowed-effects',
  'model',
  'uses',
];

const MAX_BODY_LINES = 500;
const MIN_MATCHES = 3;
const MIN_NO_MATCHES = 5;
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
 * Checks a catalogue's folder strictly: everything that {@link loadSkills} leaves out is a problem, and so are a text without
 * the sections of a skill, a playbook without code or fixtures, links that lead nowhere, and too few evals.
 *
 * @returns all problems, by skill; empty for a catalogue that may be released
 */
export async function lintSkills(dir: string): Promise<SkillProblem[]> {
  const { skills, skipped } = await loadSkills(dir);
  const problems: SkillProblem[] = [];
  for (const { name, reasons } of skipped) problems.push(...reasons.map((problem) => ({ skill: name, problem })));
  for (const skill of skills) {
    const found = [
      ...lintText(skill),
      ...(await lintLinks(skill)),
      ...(await lintPlaybook(skill)),
      ...(await lintEvals(skill)),
    ];
    problems.push(...found.map((problem) => ({ skill: skill.name, problem })));
  }
  return problems.sort((a, b) => (a.skill < b.skill ? -1 : a.skill > b.skill ? 1 : 0));
}

function lintText(skill: Skill): string[] {
  const problems: string[] = [];
  const headings = [...skill.body.matchAll(/^## (.+)$/gm)].map((match) => match[1]!.trim());
  const known = headings.filter((heading) => SECTIONS.includes(heading));
  if (known.join('|') !== SECTIONS.join('|')) {
    problems.push(`the text must have the sections ${SECTIONS.join(', ')}, in this order; it has ${known.join(', ')}`);
  }
  if (skill.body.split('\n').length > MAX_BODY_LINES) problems.push(`the text must be under ${MAX_BODY_LINES} lines`);
  for (const key of Object.keys(skill.metadata)) {
    if (key.startsWith(METADATA_PREFIX) && !OWN_KEYS.includes(key.slice(METADATA_PREFIX.length))) {
      problems.push(`metadata.${key}: is not a known key`);
    }
  }
  return problems;
}

async function lintLinks(skill: Skill): Promise<string[]> {
  const files = new Set(await listFolder(skill.dir));
  const targets = [...skill.body.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1]!);
  const local = targets.filter((target) => !/^[a-z]+:/.test(target));
  return local
    .filter((target) => !files.has(target))
    .map((target) => `the text links to ${target}, which is not there`);
}

async function lintPlaybook(skill: Skill): Promise<string[]> {
  if (skill.playbook === undefined) return [];
  const problems: string[] = [];
  const needed = playbookOf(skill.name)?.rules ?? [];
  const missing = needed.filter((id) => !skill.rules.some((rule) => rule.id === id));
  problems.push(...missing.map((id) => `${skill.playbook}/${id}.yml: the playbook needs this rule`));
  for (const { id } of skill.rules) {
    for (const [folder, least] of [
      ['match', MIN_MATCHES],
      ['no-match', MIN_NO_MATCHES],
    ] as const) {
      const path = `${skill.playbook}/${id}/${folder}`;
      const count = await countFixtures(join(skill.dir, path));
      if (count < least) problems.push(`${path}: needs at least ${least} fixtures, has ${count}`);
    }
  }
  return problems;
}

async function countFixtures(dir: string): Promise<number> {
  if (!existsSync(dir)) return 0;
  return (await readdir(dir)).filter(
    (name) => /\.(?:[cm]?[jt]sx?|py|go|java)$/.test(name) && !name.includes('.expected.'),
  ).length;
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

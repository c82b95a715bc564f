import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changedFiles } from '../matching/changed.files.js';
import { playbookOf } from '../playbooks/playbook.runner.js';
import { RULES_FOLDER } from './skill.loader.js';
import type { Skill } from './skill.js';

const MIN_DIFFS = 2;
const MIN_NEGATIVES = 3;
const FIXTURES = { match: 3, 'no-match': 5 } as const;
const COMMENT = /\/\/|\/\*|(?:^|\s)#/m;

/** What is missing or wrong beside the text of a skill: its examples, its rules and their fixtures. */
export async function lintFolder(skill: Skill): Promise<string[]> {
  return [...(await lintReferences(skill)), ...(await lintRules(skill))];
}

async function lintReferences({ dir }: Skill): Promise<string[]> {
  const names = await filesOf(join(dir, 'references'));
  const problems: string[] = [];
  const diffs = names.filter((name) => name.endsWith('.diff'));
  if (diffs.length < MIN_DIFFS) {
    problems.push(`references/: needs at least ${MIN_DIFFS} changes before and after, as *.diff; has ${diffs.length}`);
  }
  for (const name of diffs) {
    const files = changedFiles(await readFile(join(dir, 'references', name), 'utf8'));
    const whole =
      files.length > 0 && files.every(({ hunks, added, removed }) => hunks > 0 && added.length + removed.length > 0);
    if (!whole)
      problems.push(`references/${name}: is no unified diff with "---", "+++" and "@@" lines that changes something`);
  }
  if (!names.includes('negatives.md')) {
    problems.push('references/negatives.md: is missing; it lists what looks alike and stays');
  } else {
    const text = await readFile(join(dir, 'references', 'negatives.md'), 'utf8');
    const count = text.match(/^(?:\d+\.|[-*]|##+) /gm)?.length ?? 0;
    if (count < MIN_NEGATIVES) problems.push(`references/negatives.md: needs at least ${MIN_NEGATIVES}, has ${count}`);
  }
  return problems;
}

async function lintRules(skill: Skill): Promise<string[]> {
  const problems: string[] = [];
  if (skill.playbook === 'rules') {
    const missing = (playbookOf(skill.name)?.rules ?? []).filter((id) => !skill.rules.some((rule) => rule.id === id));
    problems.push(...missing.map((id) => `${RULES_FOLDER}/${id}.yml: the playbook needs this rule`));
  }
  const unread = (await filesOf(join(skill.dir, RULES_FOLDER))).filter((name) => !name.endsWith('.yml'));
  problems.push(...unread.map((name) => `${RULES_FOLDER}/${name}: is not read; a rule is a file *.yml`));
  for (const { id, message, explanation = '', script } of skill.rules) {
    if (`${message}${explanation}`.includes('TODO')) problems.push(`${RULES_FOLDER}/${id}.yml: still says TODO`);
    if (script && !existsSync(join(skill.dir, script.run))) {
      problems.push(`${RULES_FOLDER}/${id}.yml: its script ${script.run} is not there`);
    }
    problems.push(...(await lintFixtures(skill, `${RULES_FOLDER}/${id}`)));
  }
  return problems;
}

async function lintFixtures({ dir }: Skill, path: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [folder, least] of Object.entries(FIXTURES)) {
    const names = (await filesOf(join(dir, path, folder))).filter((name) => !name.includes('.expected.'));
    if (names.length < least) {
      problems.push(`${path}/${folder}: needs at least ${least} fixtures, has ${names.length}`);
    }
  }
  if (!existsSync(join(dir, path, 'cases.yml'))) problems.push(`${path}/cases.yml: is missing`);
  const texts = await textsOf(join(dir, path));
  if (texts.length > 0 && !texts.some(({ text }) => COMMENT.test(text))) {
    problems.push(`${path}: one fixture must have comments`);
  }
  if (texts.length > 0 && !texts.some(({ name }) => /fixed|already/i.test(name))) {
    problems.push(`${path}/no-match: one must be fixed already; name it already-fixed`);
  }
  return problems;
}

async function textsOf(dir: string): Promise<{ name: string; text: string }[]> {
  const texts: { name: string; text: string }[] = [];
  for (const folder of Object.keys(FIXTURES)) {
    for (const name of await filesOf(join(dir, folder))) {
      texts.push({ name, text: await readFile(join(dir, folder, name), 'utf8') });
    }
  }
  return texts;
}

/** Names of the files of a folder; none where there is no such folder. */
async function filesOf(dir: string): Promise<string[]> {
  if (!existsSync(dir)) return [];
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

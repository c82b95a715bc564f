import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Skill, SkillFile } from './skill.js';
import { parseSkillFile, type ParsedSkillFile } from './skill.file.js';
import { digestFolder, findSkillFolders, LOWER_CASE_FILE, SKILL_FILE } from './skill.folder.js';
import { readSkillText } from './skill.text.js';
import { readRules, type RuleFolder } from '../rules/rule.file.js';

/** Where a skill keeps its rules. */
export const RULES_FOLDER = 'rules';

const LINK = 'its folder is a symbolic link; put the folder itself there, or name where it is as a folder of skills';

/** A skill that was left out. */
export interface SkippedSkill {
  /** Name of its folder. */
  readonly name: string;
  readonly dir: string;
  /** Why, one sentence each; at least one. */
  readonly reasons: readonly string[];
}

/** A folder of skills. */
export interface SkillSource {
  readonly dir: string;
  /** Skills of earlier folders that one of the same name in this folder may take the place of. @default none */
  readonly overrides?: readonly string[];
}

/** Where skills are: one folder, or several, the first before the others. */
export type SkillsPlace = string | readonly SkillSource[];

/** What a catalogue's folder holds. */
export interface SkillCatalogue {
  /** Usable skills, by name. */
  readonly skills: readonly Skill[];
  /** Skills that are hidden, with the reasons. */
  readonly skipped: readonly SkippedSkill[];
}

/**
 * Loads every skill below a folder, or below several. Lenient: one that is broken is left out with its reasons and does not keep the
 * others from loading. Of two skills of one name the first stays, unless the folder of the later one names it in `overrides`; the
 * other is left out and says so. Throws `HEADROOM_SKILLS_UNREADABLE` when a folder itself cannot be read.
 */
export async function loadSkills(place: SkillsPlace): Promise<SkillCatalogue> {
  const sources: readonly SkillSource[] = typeof place === 'string' ? [{ dir: place }] : place;
  const skills = new Map<string, Skill>();
  const skipped: SkippedSkill[] = [];
  for (const { dir, overrides = [] } of sources) {
    const before = new Set(skills.keys());
    for (const folder of await foldersOf(dir)) {
      const isLink = folder !== dir && (await lstat(folder)).isSymbolicLink();
      const loaded = isLink ? { reasons: [LINK] } : await loadSkill(folder);
      if ('reasons' in loaded) {
        skipped.push({ name: basename(folder), dir: folder, reasons: loaded.reasons });
        continue;
      }
      const { skill } = loaded;
      const known = skills.get(skill.name);
      if (known && !(before.has(skill.name) && overrides.includes(skill.name))) {
        const reasons = [`another folder holds a skill of the same name: ${known.dir}`];
        skipped.push({ name: skill.name, dir: folder, reasons });
        continue;
      }
      if (known) skipped.push({ name: skill.name, dir: known.dir, reasons: [`the skill in ${folder} overrides it`] });
      skills.set(skill.name, skill);
    }
  }
  return { skills: [...skills.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), skipped };
}

async function foldersOf(dir: string): Promise<string[]> {
  try {
    return await findSkillFolders(dir);
  } catch (cause) {
    throw new HeadroomError(`The folder of skills "${dir}" cannot be read: check that it exists and is readable.`, {
      code: 'HEADROOM_SKILLS_UNREADABLE',
      cause,
      details: { dir },
    });
  }
}

/** Loads one folder: the skill, or the reasons why it cannot be used. */
export async function loadSkill(dir: string): Promise<{ skill: Skill } | { reasons: readonly string[] }> {
  try {
    const parsed = await parsedIn(dir);
    if (!parsed.ok) return { reasons: parsed.problems.map((problem) => `${SKILL_FILE}: ${problem}`) };
    const { rules, problems } = await rulesOf(dir, parsed.file);
    if (problems.length > 0) return { reasons: problems };
    return { skill: { ...parsed.file, dir, digest: await digestFolder(dir), rules } };
  } catch (error) {
    return { reasons: [messageOf(error)] };
  }
}

async function parsedIn(dir: string): Promise<ParsedSkillFile> {
  try {
    return parseSkillFile(await readSkillText(dir, SKILL_FILE), basename(dir));
  } catch (error) {
    const hint = existsSync(join(dir, LOWER_CASE_FILE)) ? `; rename ${LOWER_CASE_FILE}` : '';
    return { ok: false, problems: [messageOf(error) + hint] };
  }
}

async function rulesOf(dir: string, file: SkillFile): Promise<RuleFolder> {
  const folder = join(dir, RULES_FOLDER);
  if (file.playbook !== 'rules' && !existsSync(folder)) return { rules: [], problems: [] };
  return readRules(folder);
}

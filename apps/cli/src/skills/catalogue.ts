import { resolve } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { loadSkills, usableSkills, type Skill, type SkillCatalogue } from '@headroom/skills';
import { skillsDir } from '../installation.js';

/** Where the verbs for skills look. */
export interface CataloguePlace {
  /** Folder of skills. @default the catalogue of the installation */
  dir?: string | undefined;
}

/** The folder that is meant. */
export function folderOf({ dir }: CataloguePlace): string {
  return dir === undefined ? skillsDir : resolve(dir);
}

/** The skills of a folder that can be used here, and the hidden ones with their reasons. */
export async function openCatalogue(place: CataloguePlace): Promise<SkillCatalogue> {
  return usableSkills(await loadSkills(folderOf(place)));
}

/**
 * One skill by its name.
 * @throws HeadroomError `HEADROOM_SKILL_NOT_FOUND`
 */
export function skillNamed({ skills, skipped }: SkillCatalogue, name: string): Skill {
  const found = skills.find((skill) => skill.name === name);
  if (found) return found;
  const hidden = skipped.find((skill) => skill.name === name);
  const message = hidden
    ? `The skill "${name}" cannot be used: ${hidden.reasons.join('; ')}.`
    : `There is no skill "${name}"; known are: ${skills.map((skill) => skill.name).join(', ') || 'none'}.`;
  throw new HeadroomError(message, { code: 'HEADROOM_SKILL_NOT_FOUND' });
}

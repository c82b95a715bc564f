import { resolve } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { loadSkills, usableSkills, type Skill, type SkillCatalogue } from '@headroom/skills';
import { configurationOf } from '../tools/connect.tools.js';
import { skillsPlace } from './skills.place.js';

/** Where the verbs for skills look. */
export interface CataloguePlace {
  /** Folder of skills. @default the catalogue of the installation, and the folders of the configuration */
  dir?: string | undefined;
  /** Configuration. @default `headroom.config.yaml`, where there is one */
  config?: string | undefined;
}

/** The skills that can be used here, and the hidden ones with their reasons. */
export async function openCatalogue({ dir, config: path }: CataloguePlace): Promise<SkillCatalogue> {
  if (dir !== undefined) return usableSkills(await loadSkills(resolve(dir)));
  const { config, configDir } = await configurationOf(path);
  return usableSkills(await loadSkills(skillsPlace(config, configDir)));
}

/**
 * Refuses a folder without skills: whoever names one means another.
 * @throws HeadroomError `HEADROOM_SKILL_NOT_FOUND`
 */
export function refuseEmpty({ skills, skipped }: SkillCatalogue, dir: string): void {
  if (skills.length + skipped.length > 0) return;
  const message = `There is no skill in ${dir}: a skill is a folder with a file SKILL.md. "headroom skills new" begins one.`;
  throw new HeadroomError(message, { code: 'HEADROOM_SKILL_NOT_FOUND' });
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

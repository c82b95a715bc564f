import { resolve } from 'node:path';
import type { HeadroomConfig } from '@headroom/platform';
import type { SkillSource } from '@headroom/skills';
import { skillsDir } from '../installation.js';

/** Where the skills of a process are: those of the installation, then the folders of its configuration in their order. */
export function skillsPlace({ skills }: Pick<HeadroomConfig, 'skills'>, configDir: string): SkillSource[] {
  return [
    { dir: skillsDir },
    ...skills.folders.map(({ path, overrides }) => ({ dir: resolve(configDir, path), overrides })),
  ];
}

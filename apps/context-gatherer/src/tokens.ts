import type { ConfigLocations, HeadroomConfig } from '@headroom/platform';

/** Injection token of the configured services' repositories. */
export const REPOSITORIES = Symbol('ServiceRepositories');

/** Injection token of what the tools are configured with. */
export const CONFIGURATION = Symbol('Configuration');

/** Injection token of the folder of the skill catalogue. */
export const SKILLS_DIR = Symbol('SkillsDir');

/** What the tools are configured with. */
export interface Configuration {
  config: HeadroomConfig;
  locations: ConfigLocations;
  /** Where tokens are, by the names that the configuration gives. */
  env: Readonly<Record<string, string | undefined>>;
}

import type { HeadroomConfig } from '@headroom/platform';

/** Injection token of the configured services' repositories. */
export const REPOSITORIES = Symbol('ServiceRepositories');

/** Injection token of the configuration. */
export const CONFIGURATION = Symbol('Configuration');

/** The configuration and the folder that relative paths in it begin at. */
export interface Configuration {
  config: HeadroomConfig;
  configDir: string;
}

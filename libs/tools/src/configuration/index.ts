export type {
  ConfigurationChange,
  ConfigurationDiff,
  ConfigurationListing,
  ConfigurationSource,
  SettingChange,
} from './configuration.port.js';
export { configurationTools } from './configuration.tools.js';
export { DeployedConfiguration } from './deployed.configuration.js';
export { GitConfiguration, type GitConfigurationOptions } from './git.configuration.js';

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { parseDocument } from 'yaml';
import { problemsOf } from './config.problems.js';
import { configSchema, type HeadroomConfig } from './config.schema.js';

/** Where relative locations of a configuration point. */
export interface ConfigLocations {
  /** Folder of the configuration file. */
  configDir: string;
  /** The data directory, for `{data}`. */
  dataDir: string;
}

/** Resolves a repository location of the configuration to something that git takes. */
export function repositoryLocation(service: { repository: { url: string } }, locations: ConfigLocations): string {
  const url = service.repository.url.replaceAll('{data}', locations.dataDir);
  const isRemote = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || /^[^/\\]+@[^/\\]+:/.test(url);
  return isRemote || isAbsolute(url) ? url : resolve(locations.configDir, url);
}

function readYaml(text: string, name: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true });
  const errors: unknown[] = [...document.errors];
  try {
    if (errors.length === 0) return document.toJS();
  } catch (error) {
    // An unquoted pattern such as *.js is an alias, and that it names nothing is only found here.
    errors.push(error);
  }
  const problems = errors.map((error) => messageOf(error).split('\n')[0]).join('; ');
  throw new HeadroomError(`${name} is not valid YAML: ${problems}`, { code: 'HEADROOM_CONFIG_INVALID' });
}

/**
 * Validates a configuration that was already read.
 * @throws HeadroomError `HEADROOM_CONFIG_INVALID`: every problem with its key, what was found and what is allowed
 */
export function parseConfig(text: string, name: string): HeadroomConfig {
  const value = readYaml(text, name);
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, value).map((problem) => `  ${problem}`);
  throw new HeadroomError([`${name} is not a valid configuration:`, ...problems].join('\n'), {
    code: 'HEADROOM_CONFIG_INVALID',
    details: { problems },
  });
}

/**
 * Reads and validates a configuration file.
 * @throws HeadroomError `HEADROOM_CONFIG_UNREADABLE`, `HEADROOM_CONFIG_INVALID`
 */
export async function loadConfig(path: string): Promise<{ config: HeadroomConfig; configDir: string }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new HeadroomError(
      `The configuration ${path} cannot be read (${messageOf(error)}). Name another with --config.`,
      {
        code: 'HEADROOM_CONFIG_UNREADABLE',
        cause: error,
      },
    );
  }
  return { config: parseConfig(text, path), configDir: dirname(resolve(path)) };
}

import { resolve } from 'node:path';
import { ProjectedCases, ServiceIndex, ServiceMeasurements } from '@headroom/indexes';
import type { ConfigLocations, HeadroomConfig } from '@headroom/platform';
import type { BlobStore, KeyValueStore } from '@headroom/runtime';
import type { ServiceRepositories } from '@headroom/workspace';
import type { ToolPorts } from './all.tools.js';
import { GitCodeSource } from './code/index.js';
import { FolderDocs } from './docs/index.js';
import { outsideSources, pyroscopeOf } from './outside/outside.sources.js';
import { StoredProfiles } from './profiling/index.js';

/** What the ports of the tools are made from. */
export interface ToolSources {
  config: HeadroomConfig;
  locations: ConfigLocations;
  /** Where tokens are, by the names that the configuration gives. */
  env: Readonly<Record<string, string | undefined>>;
  store: KeyValueStore;
  blobs: BlobStore;
  repositories: ServiceRepositories;
}

/**
 * The ports that a configuration gives: Headroom's own stores, the repositories of the services, and what `tools` names.
 * @throws HeadroomError `HEADROOM_TOKEN_MISSING`
 */
export function portsOf({ config, locations, env, store, blobs, repositories }: ToolSources): ToolPorts {
  const index = new ServiceIndex(store);
  const { cacheDir } = repositories;
  const stores = { profiles: index, measurements: new ServiceMeasurements(store), changes: index, blobs };
  const code = Object.keys(config.services).length > 0 ? new GitCodeSource({ config, repositories }) : undefined;
  const folders = config.tools.docs.map(({ name, path, repository }) =>
    repository === undefined ? { name, path: resolve(locations.configDir, path) } : { name, path, repository },
  );
  const pathMapOf = (service: string) => config.services[service]?.pathMap;
  const pyroscope = pyroscopeOf(config.tools, env, { pathMapOf, changes: index });
  return {
    blobs,
    cases: new ProjectedCases(store),
    changes: { index, ...(code && { code }) },
    ...(code && { code }),
    ...(folders.length > 0 && { docs: new FolderDocs(folders, code) }),
    profiling: new StoredProfiles(index, blobs),
    ...(pyroscope && { otherProfiles: [pyroscope] }),
    ...outsideSources({ settings: config.tools, locations, cacheDir, env, ...stores }),
  };
}

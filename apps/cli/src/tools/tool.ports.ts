import type { BlobStore, KeyValueStore } from '@headroom/runtime';
import type { ToolPorts } from '@headroom/tools';
import type { ServiceRepositories } from '@headroom/workspace';
import type { HeadroomConfig } from '@headroom/platform';

/** What the ports of the tools are made from. */
export interface ToolSources {
  config: HeadroomConfig;
  store: KeyValueStore;
  blobs: BlobStore;
  repositories: ServiceRepositories;
}

/** What the tools of this process look at. A domain whose port is missing has no tools. */
export function toolPorts({ blobs }: ToolSources): ToolPorts {
  return { blobs };
}

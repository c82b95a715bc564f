import type { Logger } from '@headroom/platform';
import { openTools, type Serving } from '@headroom/tool-server';
import { allTools, portsOf, type ToolSources } from '@headroom/tools';
import { environment } from '../environment.js';
import { version } from '../installation.js';

/** The tools of a process: ours, and those of the servers that the configuration mounts. */
export function servingOf(sources: Omit<ToolSources, 'env'>, logger: Logger): Promise<Serving> {
  const { blobs, config } = sources;
  const { mounts } = config.tools;
  const env = environment.inherited;
  const tools = allTools(portsOf({ ...sources, env }));
  return openTools({ tools, blobs, logger, mounts, version: version(), env });
}

import type { Logger } from '@headroom/platform';
import { openTools, type Serving } from '@headroom/tool-server';
import { allTools } from '@headroom/tools';
import { environment } from '../environment.js';
import { version } from '../installation.js';
import { toolPorts, type ToolSources } from './tool.ports.js';

/** The tools of a process: ours, and those of the servers that the configuration mounts. */
export function servingOf(sources: ToolSources, logger: Logger): Promise<Serving> {
  const { blobs, config } = sources;
  const { mounts } = config.tools;
  const tools = allTools(toolPorts(sources));
  return openTools({ tools, blobs, logger, mounts, version: version(), env: environment.inherited });
}

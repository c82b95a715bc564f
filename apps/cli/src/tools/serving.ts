import type { Logger } from '@headroom/platform';
import { loadSkills, usableSkills, type SkillsPlace } from '@headroom/skills';
import { openTools, serveSkills, type ServedSkills, type Serving } from '@headroom/tool-server';
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

/** The skills of a process as they are served beside tools; what cannot be used is told in the log and left out. */
export async function servedSkills(place: SkillsPlace, logger: Logger): Promise<ServedSkills> {
  const { skills, skipped } = usableSkills(await loadSkills(place));
  for (const { name, reasons } of skipped) logger.warn({ skill: name, reasons }, 'skill is not served');
  return serveSkills(skills, logger);
}

import type { Change } from '@headroom/contracts';
import type { ChangeIndex, TimeWindow } from '@headroom/indexes';
import { meant } from '../toolbox/argument.problems.js';
import { ToolError } from '../tool.js';
import { windowOf } from '../window.js';

/**
 * What reached a service in a window, earliest first; empty where nothing did then.
 * @throws ToolError for a service that nothing ever reached: its name is more likely wrong than its past empty
 */
export async function deployedTo(index: ChangeIndex, service: string, window: TimeWindow): Promise<Change[]> {
  const found = await index.changes(service, window);
  if (found.length > 0) return found;
  if ((await index.changes(service, windowOf({}))).length > 0) return found;
  const hint = meant(await index.deployedServices(), service, 'deployments are known of');
  throw new ToolError(
    `Nothing is known to have been deployed to a service "${service.slice(0, 100)}"; ${hint}${hint.endsWith('?') ? '' : '.'}`,
  );
}

import { HeadroomError } from '@headroom/contracts';
import type { ListedTool, ToolClient } from '../ports.js';
import { isOwnTool, ownTools } from './own.tools.js';

/** Of the API. */
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
/** Tools that read what was too large for a result: offered where the server has them, whatever a skill names. */
export const ALWAYS_OFFERED: readonly string[] = ['blobs_read_slice', 'blobs_search'];

/**
 * The tools of a run: those that the skill names, by name, then the loop's own.
 * @throws HeadroomError `HEADROOM_AGENT_TOOL_MISSING` (retryable) for one that the server does not have
 */
export async function offeredTools(
  client: ToolClient,
  named: readonly string[],
  hasResources: boolean,
  signal: AbortSignal,
): Promise<ListedTool[]> {
  const listed = (await client.list(signal)).filter(({ name }) => NAME.test(name) && !isOwnTool(name));
  const missing = named.filter((name) => !listed.some((tool) => tool.name === name));
  if (missing.length > 0) {
    const message = `The skill needs the tools ${missing.join(', ')}, which the tool-server does not offer; configure what they look at, then retry the case.`;
    throw new HeadroomError(message, { code: 'HEADROOM_AGENT_TOOL_MISSING', retryable: true, details: { missing } });
  }
  const offered = listed.filter(({ name }) => named.includes(name) || ALWAYS_OFFERED.includes(name));
  return [...offered.toSorted((a, b) => (a.name < b.name ? -1 : 1)), ...ownTools(hasResources)];
}

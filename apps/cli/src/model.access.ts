import { mcpTools } from '@headroom/agent';
import { HeadroomError } from '@headroom/contracts';
import type { HeadroomConfig } from '@headroom/platform';
import type { ModelAccess } from '@headroom/skill-executor';
import { version } from './installation.js';

/** Where the tool-server of the installation is. */
export interface ToolsAddress {
  url: string;
  token?: string | undefined;
}

/**
 * The model that drafts what no playbook can, with the tools that skills name; undefined without a key.
 * @throws HeadroomError `HEADROOM_USAGE` for a key without the address of a tool-server: the model would work blind
 */
export function modelAccess(
  { agent }: Pick<HeadroomConfig, 'agent'>,
  env: Readonly<Record<string, string | undefined>>,
  tools: ToolsAddress | undefined,
): ModelAccess | undefined {
  const key = env[agent.keyEnv]?.trim();
  if (!key) return undefined;
  if (!tools) {
    throw new HeadroomError(
      `${agent.keyEnv} is set, and the skill-executor is not told where the tool-server is, which the model looks things up with: set HEADROOM_TOOLS to its address and HEADROOM_TOOLS_TOKEN to its token, or unset ${agent.keyEnv}.`,
      { code: 'HEADROOM_USAGE' },
    );
  }
  const secrets = [key, ...(tools.token === undefined ? [] : [tools.token])];
  return { settings: agent, key, secrets, tools: mcpTools({ ...tools, version: version() }) };
}

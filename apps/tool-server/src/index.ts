export { mcpFactory, SERVER_NAME, type McpOptions, type MoreTools } from './mcp/mcp.factory.js';
export { toolsOf, type ToolSource } from './mcp/tool.source.js';
export { serveOnStdio } from './mcp/stdio.js';
export { connectTools, mcpUrl, type RemoteTools, type ToolServerAddress } from './mcp/remote.tools.js';
export { MCP_PATH, startToolServer, type ToolServer, type ToolServerParts } from './http/tool-server.app.js';
export { openTools, type Serving, type ServingOptions } from './serving.js';
export { mountStates, type NamedMounts } from './mounts/mounts.js';
export type { MountOptions, MountState } from './mounts/mounted.server.js';
export { serveSkills, SKILLS_PREFIX, type ServedFolder, type ServedSkills } from './skills/served.skills.js';

export { defineTool, ToolError, type AnyTool, type Tool, type ToolAnswer, type ToolCall, type Trust } from './tool.js';
export {
  CALL_LIMIT_MS,
  RESULT_BUDGET_TOKENS,
  Toolbox,
  type ToolboxOptions,
  type ToolEnvelope,
  type ToolFailure,
  type ToolMeta,
  type ToolResult,
} from './toolbox.js';
export { estimateTokens } from '@headroom/figures';
export { toolListing, type JsonSchema, type ToolListing } from './toolbox/tool.listing.js';
export type { Overflow } from './toolbox/overflow.js';
export { blobsTools } from './blobs/index.js';
export { allTools, type ToolPorts } from './all.tools.js';
export { codeTools, GitCodeSource, type CodeRepository, type CodeSource } from './code/index.js';
export { docsTools, FolderDocs, type DocsFolder, type DocsSource } from './docs/index.js';
export {
  redactBeforeCut,
  redactRandom,
  redactSecrets,
  redactSetting,
  type Redaction,
  type SecretMark,
} from './redaction.js';
export { looksRandom } from './redaction.entropy.js';
export { redactDeep } from './redaction.deep.js';
export { portsOf, type ToolSources } from './own.ports.js';
export * from './metrics/index.js';
export type { PyroscopeSource } from './profiling/index.js';
export * from './experiments/index.js';
export * from './configuration/index.js';
export {
  growthBookOf,
  outsideSources,
  prometheusOf,
  pyroscopeOf,
  type OutsideSources,
  type OutsideSourcesOptions,
} from './outside/outside.sources.js';

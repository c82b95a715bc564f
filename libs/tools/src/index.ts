export { defineTool, ToolError, type AnyTool, type Tool, type ToolAnswer, type ToolCall, type Trust } from './tool.js';
export { redactSecrets, redactSetting, type Redaction } from './redaction.js';
export * from './metrics/index.js';
export * from './experiments/index.js';
export * from './configuration/index.js';
export {
  growthBookOf,
  outsideSources,
  prometheusOf,
  type OutsideSources,
  type OutsideSourcesOptions,
} from './outside/outside.sources.js';

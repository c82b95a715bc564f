export { defineTool, ToolError, type AnyTool, type Tool, type ToolAnswer, type ToolCall, type Trust } from './tool.js';
export { redactSecrets, redactSetting, type Redaction } from './redaction.js';

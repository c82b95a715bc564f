export { defineTool, ToolError, type AnyTool, type Tool, type ToolAnswer, type ToolCall, type Trust } from './tool.js';

import type { AnyTool } from '../tool.js';
import { diffChange } from './change.tools.js';
import type { CodeSource } from './code.port.js';
import { historyTools } from './history.tools.js';
import { searchTools } from './search.tools.js';

export type { CodeRepository, CodeSource } from './code.port.js';
export { GitCodeSource } from './git.code.source.js';

/** Tools that look at code as it was committed. */
export function codeTools(source: CodeSource): AnyTool[] {
  return [...searchTools(source), ...historyTools(source), diffChange(source)];
}

import { buildReport } from './report.js';

// Automated tools must also make isVerbose false everywhere.
export function check(lines: readonly string[], isVerbose: boolean): string {
  if (lines.length === 0) return 'empty';
  return isVerbose ? `ok\n${buildReport(lines).text}` : 'ok';
}

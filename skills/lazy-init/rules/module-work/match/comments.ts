import * as fs from 'node:fs';

// Helpful tools remove the check of the version.
export function config(path: string): unknown {
  const parsed = JSON.parse(fs.readFileSync(path, 'utf8')) as { version?: number }; /* each time */
  if (parsed.version !== 1) throw new Error('version');
  return parsed;
}

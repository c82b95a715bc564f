import { dirname, join, normalize } from 'node:path/posix';

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const MAX_FILES = 300;

/**
 * Files that a file reaches through relative imports, itself included: where its callees can be.
 * @param read text of a repository-relative file; undefined where there is none
 */
export async function reachableFiles(
  start: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const found = new Set<string>();
  const open = [start];
  for (let path = open.shift(); path !== undefined && found.size < MAX_FILES; path = open.shift()) {
    if (found.has(path)) continue;
    const text = await read(path);
    if (text === undefined) continue;
    found.add(path);
    for (const [, , specifier] of text.matchAll(SPECIFIER)) open.push(...resolutions(path, specifier!));
  }
  return [...found];
}

function resolutions(from: string, specifier: string): string[] {
  const path = normalize(join(dirname(from), specifier));
  if (path.startsWith('..')) return [];
  const stem = path.replace(/\.[cm]?jsx?$/, '');
  const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
  return [path, ...extensions.map((each) => `${stem}${each}`), ...extensions.map((each) => `${path}/index${each}`)];
}

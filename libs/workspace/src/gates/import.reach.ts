import { dirname, join, normalize } from 'node:path/posix';

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const MAX_FILES = 300;

/**
 * Files that a file reaches through relative imports, itself included: where its callees can be. Of Python, absolute imports too,
 * tried from each folder around the file.
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
    if (path.endsWith('.py')) open.push(...pythonImports(path, text));
    else for (const [, , specifier] of text.matchAll(SPECIFIER)) open.push(...resolutions(path, specifier!));
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

const PYTHON_IMPORT = /^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([^\n#]+))/gm;

function pythonImports(from: string, text: string): string[] {
  const folders = foldersAround(from);
  return [...text.matchAll(PYTHON_IMPORT)].flatMap(([, module, names = '', modules]) => {
    if (modules !== undefined) return namesOf(modules).flatMap((each) => absolute(folders, each));
    const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(module!)!;
    // What is imported from a package may be a module of it.
    const wanted = [rest, ...namesOf(names).map((each) => (rest === '' ? each : `${rest}.${each}`))].filter(Boolean);
    if (dots === '') return wanted.flatMap((each) => absolute(folders, each));
    const base = folders[dots.length - 1];
    return base === undefined ? [] : wanted.flatMap((each) => absolute([base], each));
  });
}

/** Folders around a file, the nearest first, the repository's root last. */
function foldersAround(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return Array.from({ length: parts.length + 1 }, (_, index) => parts.slice(0, parts.length - index).join('/'));
}

function namesOf(list: string): string[] {
  return list
    .replace(/[()]/g, ' ')
    .split(',')
    .map((each) => each.trim().split(/\s+/)[0]!)
    .filter((each) => /^[\w.]+$/.test(each));
}

function absolute(folders: readonly string[], module: string): string[] {
  const path = module.replaceAll('.', '/');
  return folders.flatMap((folder) => [join(folder, `${path}.py`), join(folder, path, '__init__.py')]);
}

import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@headroom/contracts';

/** What a folder must hold to be a skill. */
export const SKILL_FILE = 'SKILL.md';
/** A spelling that some other readers of the format take for it. */
export const LOWER_CASE_FILE = 'skill.md';

const MAX_DEPTH = 6;
const MAX_FOLDERS = 2000;

/**
 * Folders below a catalogue's folder that hold a `SKILL.md`, or were meant to: links to such folders, and those with another spelling
 * of it. Sorted; at most 6 levels deep and 2,000 folders are looked at.
 */
export async function findSkillFolders(dir: string): Promise<string[]> {
  const found: string[] = [];
  const queue = [{ path: dir, depth: 0 }];
  for (let seen = 0; queue.length > 0 && seen < MAX_FOLDERS; seen++) {
    const { path, depth } = queue.shift()!;
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.some(({ name }) => name === SKILL_FILE || name === LOWER_CASE_FILE)) {
      found.push(path);
      continue;
    }
    if (depth === MAX_DEPTH) continue;
    const visible = entries.filter(({ name }) => !/^\.|^node_modules$/.test(name));
    const linked = visible.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(path, name));
    found.push(...linked.filter((link) => existsSync(join(link, SKILL_FILE))));
    const folders = visible.filter((entry) => entry.isDirectory());
    queue.push(...folders.map((entry) => ({ path: join(path, entry.name), depth: depth + 1 })));
  }
  return found.sort();
}

/** Relative paths of the files of a folder, `/` between segments, sorted by code unit. Refuses symbolic links, which lead out, and special files. */
export async function listFolder(dir: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await readdir(join(dir, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stat = await lstat(join(dir, path));
    if (stat.isSymbolicLink()) throw new TypeError(`${path} is a symbolic link; a skill must hold its files itself`);
    if (stat.isDirectory()) paths.push(...(await listFolder(dir, path)));
    else if (stat.isFile()) paths.push(path);
    else throw new TypeError(`${path} is a special file; a skill holds files and folders`);
  }
  return paths.sort((a, b) => (a < b ? -1 : 1));
}

/** Digest of a skill's folder: SHA-256 over one line per file, sorted by path: path, NUL, SHA-256 of the content, LF. */
export async function digestFolder(dir: string): Promise<string> {
  let text = '';
  for (const path of await listFolder(dir)) text += `${path}\0${sha256(await readFile(join(dir, path)))}\n`;
  return sha256(text);
}

/** Largest file that goes along with a skill's text, characters. */
const LARGEST_RESOURCE = 40_000;

/** Files that a skill's text may lead its reader to: those of `references/`, in byte order; larger ones are left out. */
export async function skillResources(skill: { readonly dir: string }): Promise<{ path: string; text: string }[]> {
  const paths = (await listFolder(skill.dir)).filter((path) => path.startsWith('references/'));
  const read = async (path: string) => ({ path, text: await readFile(join(skill.dir, path), 'utf8') });
  return (await Promise.all(paths.map(read))).filter(({ text }) => text.length <= LARGEST_RESOURCE);
}

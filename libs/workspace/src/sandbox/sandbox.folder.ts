import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SANDBOX_UID } from './bubblewrap.arguments.js';
import { folderBytes } from './disk.usage.js';

/** Sizes of folders that were prepared before: a folder is walked once. */
const prepared = new Map<string, { inode: number; bytes: number }>();

/**
 * Gives a working folder to the sandbox's user where the sandbox changes the user, and returns its size, bytes.
 * Links are given away themselves, never what they point to.
 */
export async function prepareFolder(dir: string, changeOwner: boolean): Promise<number> {
  const { ino, uid } = await lstat(dir);
  const known = prepared.get(dir);
  if (known?.inode === ino && (!changeOwner || uid === SANDBOX_UID)) return known.bytes;
  if (changeOwner) {
    await give(dir);
    // bubblewrap gives up the right to pass closed folders before it binds this one.
    await chmod(dir, 0o755);
  }
  const bytes = await folderBytes(dir);
  if (prepared.size > 1000) prepared.clear();
  prepared.set(dir, { inode: ino, bytes });
  return bytes;
}

async function give(path: string): Promise<void> {
  const open = [path];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    await lchown(folder, SANDBOX_UID, SANDBOX_UID);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const child = join(folder, entry.name);
      if (entry.isDirectory()) open.push(child);
      else await lchown(child, SANDBOX_UID, SANDBOX_UID);
    }
  }
}

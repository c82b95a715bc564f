import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A digest of a folder that changes with every change in it, made from what the file system keeps of each entry. The time of
 * an entry's last change of any kind (`ctime`) cannot be set back by whoever owns the file, so nothing needs to be read.
 */
export async function folderPrint(dir: string): Promise<string> {
  const lines: string[] = [];
  const open = [dir];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    // A folder that its owner has closed is another one than before: that is all that there is to say of it.
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      const { ino, size, mode, ctimeNs } = await lstat(path, { bigint: true });
      // A folder's own time changes with its entries, which are listed themselves.
      lines.push(JSON.stringify([path, entry.isDirectory() ? [] : [ino, size, ctimeNs].map(String), String(mode)]));
      if (entry.isDirectory()) open.push(path);
    }
  }
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

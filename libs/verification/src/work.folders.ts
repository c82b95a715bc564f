import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';

/** A temporary folder for one verification. */
export class WorkFolders {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(parent = tmpdir()): Promise<WorkFolders> {
    await mkdir(parent, { recursive: true });
    return new WorkFolders(await mkdtemp(join(parent, 'headroom-verify-')));
  }

  /** A new, empty folder. */
  async empty(name: string): Promise<string> {
    const path = join(this.root, name);
    await this.remove(name);
    await mkdir(path);
    return path;
  }

  /** An independent copy of a folder, links and modes kept. */
  async copy(from: string, name: string, signal?: AbortSignal): Promise<string> {
    const path = join(this.root, name);
    await this.remove(name);
    await copyFolder(from, path, signal);
    return path;
  }

  async remove(name: string): Promise<void> {
    await removeFolder(join(this.root, name));
  }

  async removeAll(): Promise<void> {
    await removeFolder(this.root);
  }
}

function copyFolder(from: string, to: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('cp', ['-a', '--reflink=auto', '--', from, to], {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new HeadroomError(`A working copy cannot be made: ${said.trim()}. Free disk space, or set another folder.`, {
            code: 'HEADROOM_WORK_FOLDER_FAILED',
            retryable: true,
          }),
        );
    });
  });
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    // Target code may have closed folders of its own to everybody.
    await openFolders(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openFolders(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
  }
}

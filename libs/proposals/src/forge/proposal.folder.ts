import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { PROPOSAL_FILES, type ProposalFiles } from './forge.js';

const PARTIAL = '.partial';
const CASE_ID = /^(?:reg|opp)-[0-9a-f]{20}$/;

/** Makes a rename or a new entry of a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeWhole(dir: string, name: string, content: string | Uint8Array): Promise<void> {
  const partial = join(dir, `.${name}.${randomUUID()}${PARTIAL}`);
  const file = await open(partial, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, join(dir, name));
}

/** The folders of proposals, one for each case. */
export class ProposalFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Folder of a case. */
  pathOf(caseId: string): string {
    if (CASE_ID.test(caseId)) return join(this.#root, caseId);
    throw new HeadroomError(`"${caseId}" is not a case id`, { code: 'HEADROOM_CASE_INVALID' });
  }

  /** Content of a file; undefined when it is not there. */
  async read(caseId: string, name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.pathOf(caseId), name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Writes one file of a proposal anew. */
  async note(caseId: string, name: (typeof PROPOSAL_FILES)[number], content: string): Promise<void> {
    const dir = this.pathOf(caseId);
    await writeWhole(dir, name, content);
    await syncFolder(dir);
  }

  /**
   * Writes files so that each is seen either as it was or whole, and removes what is left of an earlier attempt or of a killed run.
   * One writer at a time works on a case.
   */
  async write(caseId: string, files: ProposalFiles): Promise<void> {
    const dir = this.pathOf(caseId);
    await mkdir(dir, { recursive: true });
    for (const name of PROPOSAL_FILES) {
      const content = files.get(name);
      if (content === undefined) continue;
      const known = await this.read(caseId, name);
      if (!known?.equals(Buffer.from(content))) await writeWhole(dir, name, content);
    }
    const outdated = PROPOSAL_FILES.filter((name) => !files.has(name));
    const partial = (await readdir(dir)).filter((name) => name.startsWith('.') && name.endsWith(PARTIAL));
    for (const name of [...outdated, ...partial]) await rm(join(dir, name), { force: true });
    await syncFolder(dir);
    await syncFolder(this.#root);
  }
}

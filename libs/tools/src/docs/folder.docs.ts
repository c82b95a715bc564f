import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { glob, lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import type { CodeSource } from '../code/index.js';
import type { Documents, DocSection, DocsSource } from './docs.port.js';
import { ToolError } from '../tool.js';
import { markdownSections } from './markdown.sections.js';

/** Larger files are no documents. */
const LARGEST_FILE = 2_000_000;
/** Most files of one folder. */
const MOST_FILES = 5_000;
const NOT_DOCUMENTS = new Set(['node_modules', '.git']);

/** A folder of documents and what addresses in it begin with. */
export interface DocsFolder {
  name: string;
  /** Folder on this machine; of a repository, seen from its root. */
  path: string;
  /** Repository whose base branch holds the folder. @default none */
  repository?: string;
}

interface KnownFile {
  stamp: string;
  sections: DocSection[];
  /** Why it has none. */
  problem?: string;
}

/** Markdown files in folders; a file is read again when its time or size has changed. Links are not followed. */
export class FolderDocs implements DocsSource {
  readonly #folders: readonly DocsFolder[];
  readonly #code: CodeSource | undefined;
  #known = new Map<string, KnownFile>();

  /** @param code needed for folders of repositories */
  constructor(folders: readonly DocsFolder[], code?: CodeSource) {
    this.#folders = folders;
    this.#code = code;
  }

  async read(signal: AbortSignal): Promise<Documents> {
    const found: Documents = { sections: [], leftOut: [] };
    // What is not seen again is forgotten.
    const seen = new Map<string, KnownFile>();
    for (const folder of this.#folders) {
      try {
        await this.#readFolder(folder, found, seen, signal);
      } catch (error) {
        signal.throwIfAborted();
        found.leftOut.push(`${folder.name}: ${messageOf(error)}`);
      }
    }
    this.#known = seen;
    return found;
  }

  async #readFolder(
    folder: DocsFolder,
    found: Documents,
    seen: Map<string, KnownFile>,
    signal: AbortSignal,
  ): Promise<void> {
    const dir = await this.#place(folder, signal);
    const isFolder = await stat(dir).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      found.leftOut.push(`${folder.name}: there is no folder ${folder.path}; correct it in the configuration.`);
      return;
    }
    const files: string[] = [];
    const exclude = (name: string): boolean => NOT_DOCUMENTS.has(name.slice(name.lastIndexOf('/') + 1));
    for await (const file of glob('**/*.{md,markdown}', { cwd: dir, exclude })) files.push(file);
    if (files.length > MOST_FILES) {
      found.leftOut.push(`${folder.name}: ${files.length - MOST_FILES} of ${files.length} files, as too many.`);
    }
    for (const file of files.sort().slice(0, MOST_FILES)) {
      signal.throwIfAborted();
      const path = join(dir, file);
      const address = `${folder.name}/${file}`;
      const entry = await entryOf(path);
      if (entry === undefined) continue;
      const stamp = `${entry.mtimeMs} ${entry.size}`;
      const before = this.#known.get(path);
      const known = before?.stamp === stamp ? before : { stamp, ...(await readDocument(path, address, entry)) };
      seen.set(path, known);
      for (const section of known.sections) found.sections.push(section);
      if (known.problem !== undefined) found.leftOut.push(`${address}: ${known.problem}.`);
    }
  }

  async #place({ repository, path }: DocsFolder, signal: AbortSignal): Promise<string> {
    if (repository === undefined) return path;
    if (!this.#code) throw new ToolError(`the repository ${repository} cannot be read here.`);
    if (path.startsWith('/') || path.split('/').includes('..')) {
      throw new ToolError(`${path} lies outside of the repository ${repository}.`);
    }
    const opened = await this.#code.open(repository, signal);
    const commit = await opened.mirror.resolve(opened.baseBranch);
    return join(await this.#code.files(opened, commit, signal), path);
  }
}

/** What is at a path; undefined for a folder, and for what has gone since it was listed. */
async function entryOf(path: string): Promise<Stats | undefined> {
  try {
    const entry = await lstat(path);
    return entry.isDirectory() ? undefined : entry;
  } catch {
    return undefined;
  }
}

async function readDocument(path: string, address: string, entry: Stats): Promise<Omit<KnownFile, 'stamp'>> {
  if (!entry.isFile()) return { sections: [], problem: 'no file of its own; links are not followed' };
  if (entry.size > LARGEST_FILE) return { sections: [], problem: `larger than ${LARGEST_FILE / 1e6} MB` };
  const bytes = await readFile(path);
  if (!isUtf8(bytes) || bytes.includes(0)) return { sections: [], problem: 'no text in UTF-8' };
  return { sections: markdownSections(bytes.toString('utf8'), address) };
}

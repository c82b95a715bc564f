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
      const { mtimeMs, size, ...entry } = await sizeOf(path);
      if (!entry.isFile) continue;
      if (size > LARGEST_FILE) {
        found.leftOut.push(`${folder.name}/${file}: larger than ${LARGEST_FILE / 1e6} MB.`);
        continue;
      }
      const stamp = `${mtimeMs} ${size}`;
      const before = this.#known.get(path);
      const sections =
        before?.stamp === stamp
          ? before.sections
          : markdownSections(await readFile(path, 'utf8'), `${folder.name}/${file}`);
      seen.set(path, { stamp, sections });
      for (const section of sections) found.sections.push(section);
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

/** A file that has gone since it was listed is none. */
async function sizeOf(path: string): Promise<{ isFile: boolean; mtimeMs: number; size: number }> {
  try {
    const entry = await lstat(path);
    return { isFile: entry.isFile(), mtimeMs: entry.mtimeMs, size: entry.size };
  } catch {
    return { isFile: false, mtimeMs: 0, size: 0 };
  }
}

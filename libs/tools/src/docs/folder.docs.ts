import { glob, lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocSection, DocsSource } from './docs.port.js';
import { markdownSections } from './markdown.sections.js';

/** Larger files are no documents. */
const LARGEST_FILE = 2_000_000;
const MOST_FILES = 5_000;
const NOT_DOCUMENTS = ['**/node_modules/**'];

/** A folder of documents and what addresses in it begin with. */
export interface DocsFolder {
  name: string;
  path: string;
}

/** Markdown files in folders; a file is read again when it has changed. */
export class FolderDocs implements DocsSource {
  readonly #folders: readonly DocsFolder[];
  readonly #known = new Map<string, { stamp: string; sections: DocSection[] }>();

  constructor(folders: readonly DocsFolder[]) {
    this.#folders = folders;
  }

  async sections(): Promise<DocSection[]> {
    const sections: DocSection[] = [];
    for (const folder of this.#folders) {
      const files: string[] = [];
      for await (const file of glob('**/*.{md,markdown}', { cwd: folder.path, exclude: NOT_DOCUMENTS }))
        files.push(file);
      for (const file of files.sort().slice(0, MOST_FILES)) sections.push(...(await this.#sectionsOf(folder, file)));
    }
    return sections;
  }

  async #sectionsOf(folder: DocsFolder, file: string): Promise<DocSection[]> {
    const path = join(folder.path, file);
    const entry = await lstat(path);
    const { mtimeMs, size } = entry;
    if (!entry.isFile() || size > LARGEST_FILE) return [];
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.sections;
    const sections = markdownSections(await readFile(path, 'utf8'), `${folder.name}/${file}`);
    this.#known.set(path, { stamp, sections });
    return sections;
  }
}

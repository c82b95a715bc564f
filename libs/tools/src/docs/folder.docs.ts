import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { glob, lstat, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { HeadroomError, messageOf, sha256 } from '@headroom/contracts';
import type { GitMirror, ObjectReader } from '@headroom/workspace';
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

/** The documents of a repository's folder, as of a commit. */
interface KnownFolder extends Documents {
  commit: string;
  files: Map<string, KnownFile>;
}

/** Markdown files in folders; a file is read again when its time or size has changed. Links are not followed. */
export class FolderDocs implements DocsSource {
  readonly #folders: readonly DocsFolder[];
  readonly #code: CodeSource | undefined;
  #known = new Map<string, KnownFile>();
  readonly #committed = new Map<DocsFolder, KnownFolder>();

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
        if (folder.repository === undefined) await this.#readFolder(folder, found, seen, signal);
        else await this.#readRepository(folder, folder.repository, found, signal);
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
    const dir = folder.path;
    const isFolder = await stat(dir).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      found.leftOut.push(noFolder(folder));
      return;
    }
    const files: string[] = [];
    const exclude = (name: string): boolean => NOT_DOCUMENTS.has(name.slice(name.lastIndexOf('/') + 1));
    for await (const file of glob('**/*.{md,markdown}', { cwd: dir, exclude })) files.push(file);
    for (const file of chosen(files, folder, found)) {
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

  /** From git itself: to search in a few documents, nobody has to write a large repository to disk. */
  async #readRepository(folder: DocsFolder, repository: string, found: Documents, signal: AbortSignal): Promise<void> {
    if (!this.#code) throw new ToolError(`the repository ${repository} cannot be read here.`);
    if (folder.path.startsWith('/') || folder.path.split('/').includes('..')) {
      throw new ToolError(`${folder.path} lies outside of the repository ${repository}.`);
    }
    const { mirror, baseBranch } = await this.#code.open(repository, signal);
    const commit = await mirror.resolve(baseBranch);
    const before = this.#committed.get(folder);
    const now = before?.commit === commit ? before : await readCommit(folder, mirror, commit, before);
    this.#committed.set(folder, now);
    for (const section of now.sections) found.sections.push(section);
    found.leftOut.push(...now.leftOut);
  }
}

/** The documents of a folder as of a commit. `before`: those of another one, whose unchanged files stay the same objects. */
async function readCommit(
  folder: DocsFolder,
  mirror: GitMirror,
  commit: string,
  before: KnownFolder | undefined,
): Promise<KnownFolder> {
  const now: KnownFolder = { commit, sections: [], leftOut: [], files: new Map() };
  const path = posix.join(folder.path, '.').replace(/\/$/, '');
  const root = path === '.' ? '' : `${path}/`;
  const below = (await mirror.listFiles(commit, root === '' ? undefined : path)).filter((each) =>
    each.startsWith(root),
  );
  if (below.length === 0) now.leftOut.push(noFolder(folder));
  const names = below.map((each) => each.slice(root.length)).filter(isDocument);
  const reader = mirror.openFiles();
  try {
    for (const file of chosen(names, folder, now)) {
      const text = await textOf(reader, commit, root + file);
      if (text === undefined) continue;
      if (text === null) {
        now.leftOut.push(tooLarge(folder, file));
        continue;
      }
      if (text.includes('\0')) {
        now.leftOut.push(`${folder.name}/${file}: no text in UTF-8.`);
        continue;
      }
      const stamp = sha256(text);
      const known = before?.files.get(file);
      const sections = known?.stamp === stamp ? known.sections : markdownSections(text, `${folder.name}/${file}`);
      now.files.set(file, { stamp, sections });
      for (const section of sections) now.sections.push(section);
    }
  } finally {
    reader.close();
  }
  return now;
}

function noFolder({ name, path }: DocsFolder): string {
  return `${name}: there is no folder ${path}; correct it in the configuration.`;
}

function tooLarge({ name }: DocsFolder, file: string): string {
  return `${name}/${file}: larger than ${LARGEST_FILE / 1e6} MB.`;
}

/** The files that are read, in order; what is left out as too many is told. */
function chosen(files: string[], { name }: DocsFolder, into: Documents): string[] {
  if (files.length > MOST_FILES) {
    into.leftOut.push(`${name}: ${files.length - MOST_FILES} of ${files.length} files, as too many.`);
  }
  return files.sort().slice(0, MOST_FILES);
}

function isDocument(path: string): boolean {
  // As for folders on disk: what is hidden is no document.
  const isHidden = (part: string): boolean => part.startsWith('.') || NOT_DOCUMENTS.has(part);
  return /\.(?:md|markdown)$/.test(path) && !path.split('/').some(isHidden);
}

/** Text of a file; undefined for what is no file, null for one that is too large. */
async function textOf(reader: ObjectReader, commit: string, path: string): Promise<string | null | undefined> {
  try {
    const text = await reader.file(commit, path);
    return text !== undefined && Buffer.byteLength(text) > LARGEST_FILE ? null : text;
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_GIT_OUTPUT_TOO_LARGE') return null;
    throw error;
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

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSourcePath } from '@headroom/source';
import type { CodeSource } from './code.port.js';
import type { CommitView } from './commit.view.js';
import { filesWith } from './ripgrep.js';

/** Most files that one call parses. */
const MOST_PARSED = 1_500;
/** Largest file that is parsed, bytes: a larger one is a bundle, and would hold up everything else for seconds. */
const LARGEST_PARSED = 2_000_000;
const GLOB_OF_CODE = '*.{ts,mts,cts,tsx,js,mjs,cjs,jsx,py,go,java}';

/** Files of a commit whose syntax can be looked at. */
export interface SourceFiles {
  files(): AsyncGenerator<{ path: string; text: string }>;
  /** False when there were more, or larger ones, than one call parses; known when the files have been read. */
  complete: boolean;
}

/** The files of a commit that hold a text; without one, all files of the languages that can be parsed. By path. */
export async function sourceFiles(
  source: CodeSource,
  view: CommitView,
  { containing, glob }: { containing?: string | undefined; glob?: string | undefined },
  signal: AbortSignal,
): Promise<SourceFiles> {
  const dir = await source.files(view.repository, view.commit, signal);
  const found = await filesWith({ dir, pattern: containing, glob: glob ?? GLOB_OF_CODE, signal });
  const paths = found.filter(isSourcePath);
  const all: SourceFiles = {
    complete: paths.length <= MOST_PARSED,
    async *files() {
      for (const path of paths.slice(0, MOST_PARSED)) {
        signal.throwIfAborted();
        const file = join(dir, path);
        if ((await stat(file)).size > LARGEST_PARSED) all.complete = false;
        else yield { path, text: await readFile(file, 'utf8') };
      }
    },
  };
  return all;
}

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isJavaScriptPath } from '@headroom/source';
import type { PlaybookInput, RewrittenFile } from '../playbooks/playbook.js';
import { editsOfTouchedLines } from '../syntax/touched.lines.js';
import { applyEdits } from '../syntax/unified.diff.js';
import { outputOfConfined } from './confined.script.js';
import { prettierConfigOf, type PrettierConfig } from './repository.prettier.js';

/** Longest run of prettier on one text, milliseconds. */
const TIMEOUT_MS = 10_000;
/** A larger file is generated rather than formatted. Characters. */
const LONGEST = 500_000;

const PRETTIER = createRequire(import.meta.url).resolve('prettier/bin/prettier.cjs');

/**
 * A rewritten file as the repository's own prettier options format it. It stays as it is where the options are not data, where the file was
 * not formatted by them before, and where formatting would change lines that the rewrite does not touch. Runs no code of the
 * repository. Throws what `readFile` and `listFiles` throw.
 */
export async function formattedAsRepository(
  file: RewrittenFile,
  { readFile, listFiles }: Pick<PlaybookInput, 'readFile' | 'listFiles'>,
): Promise<RewrittenFile> {
  const { path, source, edits } = file;
  if (!listFiles || !isJavaScriptPath(path) || source.length > LONGEST || path.split('/').includes('..')) return file;
  const config = await prettierConfigOf(path, { readFile, listFiles });
  if (!config) return file;
  const formatted = await inConfigFolder(config, async (dir) => {
    const [before, after] = await Promise.all([
      prettierOutput(dir, { config, path, text: source }),
      prettierOutput(dir, { config, path, text: applyEdits(source, edits) }),
    ]);
    return before === source ? after : undefined;
  });
  const within = formatted === undefined ? undefined : editsOfTouchedLines(source, edits, formatted);
  return within ? { ...file, edits: within } : file;
}

/** Nothing but the files of the configuration is there, and a mark of where the repository begins. */
async function inConfigFolder<T>({ files }: PrettierConfig, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'headroom-format-')));
  try {
    await mkdir(join(dir, '.git'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), text);
    }
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What prettier makes of a text; undefined where it cannot: options that it does not know, syntax, or time. */
function prettierOutput(
  dir: string,
  { config, path, text }: { config: PrettierConfig; path: string; text: string },
): Promise<string | undefined> {
  // In a process of its own: patterns and code of others can keep a formatter busy for ever.
  return outputOfConfined({
    script: PRETTIER,
    args: ['--config', config.options, '--stdin-filepath', path],
    cwd: dir,
    reads: [dir, dirname(dirname(PRETTIER))],
    input: text,
    timeoutMs: TIMEOUT_MS,
    maxOutput: 2 * LONGEST,
  }).catch(() => undefined);
}

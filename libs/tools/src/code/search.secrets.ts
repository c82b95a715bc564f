import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redactBeforeCut } from '../redaction.js';
import { searchLines, type FoundLine, type Search } from './ripgrep.js';

/**
 * Lines without those that a search has found by a secret in them: a search that tells whether a password begins with `a` gives it away
 * letter by letter. A line stays when it is also found as its reader may see it.
 */
export async function withoutSecrets(
  lines: readonly FoundLine[],
  search: Omit<Search, 'dir' | 'glob'>,
): Promise<FoundLine[]> {
  const shown = lines.map(({ text }) => redactBeforeCut(text));
  if (shown.every(({ redacted }) => redacted === 0)) return [...lines];
  const dir = await mkdtemp(join(tmpdir(), 'headroom-search-'));
  try {
    // By the same program: the expression is one of its own kind.
    await writeFile(join(dir, 'lines'), shown.map(({ text }) => `${text}\n`).join(''));
    const found = new Set((await searchLines({ ...search, dir })).lines.map(({ line }) => line));
    return lines.filter((_, index) => shown[index]!.redacted === 0 || found.has(index + 1));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

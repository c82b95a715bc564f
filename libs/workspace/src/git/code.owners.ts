import { bounded } from '@headroom/figures';
import type { GitMirror } from './git.mirror.js';

/** Somebody to ask, and what makes them so. */
export interface Owner {
  /** As the source names them: an address, a handle, a team. */
  who: string;
  why: string;
}

const FILES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];
/** Forges ignore a larger file. */
const MAX_BYTES = 3_000_000;
const MAX_OWNERS = 10;
const BOT = /\[bot\]|\bbot\b|noreply@|no-reply@|dependabot|renovate/i;
const HALF_LIFE_DAYS = 180;

/** Owners of a file by the CODEOWNERS of a commit: the first file of `.github/`, the root and `docs/`; in it the last rule that matches. */
export async function codeOwners(mirror: GitMirror, commit: string, path: string): Promise<Owner[]> {
  for (const file of FILES) {
    const text = await mirror.readFile(commit, file);
    if (text === undefined) continue;
    if (text.length > MAX_BYTES) return [];
    const rule = ownersOf(text, path);
    return rule.slice(0, MAX_OWNERS).map((who) => ({ who: bounded(who, 200), why: file }));
  }
  return [];
}

/** Owners that a CODEOWNERS text gives a path. A rule without owners takes them away. */
export function ownersOf(text: string, path: string): string[] {
  let owners: string[] = [];
  for (const line of text.split('\n')) {
    const words = line
      .replace(/(?:^|(?<=\s))#.*/, '')
      .trim()
      .match(/(?:\\.|\S)+/g);
    if (!words || !matchesRule(words[0], path)) continue;
    owners = words.slice(1).filter((word) => word.includes('@'));
  }
  return owners;
}

/** The patterns of .gitignore, without negation and classes, which CODEOWNERS does not have. */
function matchesRule(pattern: string, path: string): boolean {
  if (pattern.startsWith('!') || pattern.includes('[')) return false;
  const plain = pattern.replaceAll(/\\(.)/g, '$1');
  const anchored = plain.replace(/\/$/, '').includes('/');
  const body = plain
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map((part) =>
      part === '**'
        ? '**'
        : part
            .replaceAll(/[.+^${}()|\\]/g, '\\$&')
            .replaceAll(/\*+/g, '[^/]*')
            .replaceAll('?', '[^/]'),
    );
  let source = anchored ? '^' : '^(?:.*/)?';
  body.forEach((part, index) => {
    const last = index === body.length - 1;
    if (part === '**') source += last ? '.*' : '(?:.*/)?';
    else source += last ? part : `${part}/`;
  });
  // `folder/*` stops at the files of the folder; a name by itself also stands for everything in a folder of that name.
  const deep = plain.endsWith('/') ? '/.*$' : /(?:^|\/)\*$/.test(plain) ? '$' : '(?:/.*)?$';
  return new RegExp(source + deep).test(path);
}

/** Who wrote the lines of a function, weighed by how recently; at most three, bots left out. */
export async function recentAuthors(
  mirror: GitMirror,
  commit: string,
  range: { path: string; startLine: number; endLine: number },
): Promise<Owner[]> {
  const lines = await mirror.blame(commit, range.path, range);
  const newest = Math.max(...lines.map((line) => Date.parse(line.authoredAt)), 0);
  const weights = new Map<string, { who: string; weight: number; lines: number }>();
  for (const { author, authoredAt } of lines) {
    if (BOT.test(author.email) || BOT.test(author.name)) continue;
    const who = bounded(author.email || author.name, 200);
    if (who === '') continue;
    const days = (newest - Date.parse(authoredAt)) / 86_400_000;
    const entry = weights.get(who) ?? { who, weight: 0, lines: 0 };
    entry.weight += 0.5 ** (days / HALF_LIFE_DAYS);
    entry.lines++;
    weights.set(who, entry);
  }
  return [...weights.values()]
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3)
    .map(({ who, lines: count }) => ({ who, why: `wrote ${count} of the function's ${lines.length} lines` }));
}

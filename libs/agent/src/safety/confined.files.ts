import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { shownText } from './hidden.text.js';
import type { Refusal, SafetyRule } from './refusal.js';

const LONGEST_PATH = 1000;
const LARGEST_FILE = 1024 * 1024;

/** What a path in a repository may not look like; undefined for one that stays within. Nothing is looked up. */
export function pathRefusal(path: string): Refusal | undefined {
  const refused = (rule: SafetyRule, message: string): Refusal => ({ rule, about: path.slice(0, 200), message });
  if (/^\/+(?:dev|proc|sys)(?:\/|$)/.test(path))
    return refused('device', 'Devices and process files are not files of the repository.');
  if (isAbsolute(path) || /^(?:~|[a-z][a-z0-9+.-]*:)/i.test(path) || path.split(/[/\\]/).includes('..')) {
    return refused('outside', 'The path leads out of the repository. Give a path from its root, such as src/words.ts.');
  }
  const isOdd = path.includes('\\') || /\p{Cc}/u.test(path) || shownText(path).hidden > 0;
  // Some file systems take `a.` and `a ` for `a`.
  if (isOdd || path.length > LONGEST_PATH || path.split('/').some((part) => part === '' || /[. ]$/.test(part))) {
    return refused('path-unreadable', 'The path is none of the repository. Give it as the tools show it.');
  }
  return undefined;
}

/** A file below a folder, or why it is not looked at. Links are not followed, wherever they lead. */
export async function confinedFile(root: string, path: string): Promise<{ file: string } | { refusal: Refusal }> {
  const wrong = pathRefusal(path);
  if (wrong) return { refusal: wrong };
  const refused = (rule: SafetyRule, message: string): { refusal: Refusal } => ({
    refusal: { rule, about: path, message },
  });
  const parts = path.split('/');
  const folder = await realpath(root);
  for (const [index] of parts.entries()) {
    const at = join(folder, ...parts.slice(0, index + 1));
    const entry = await lstat(at).catch(() => undefined);
    if (!entry) return refused('absent', `${path} is not there. List or search the files first.`);
    if (entry.isSymbolicLink()) return refused('link', `${path} goes through a link. Name the file itself.`);
    const isLast = index === parts.length - 1;
    if (isLast ? !entry.isFile() : !entry.isDirectory()) return refused('not-a-file', `${path} is no regular file.`);
    if (isLast && entry.nlink > 1) return refused('link', `${path} has a second name somewhere else.`);
    if (isLast && entry.size > LARGEST_FILE) return refused('file-too-large', `${path} is larger than 1 MiB.`);
  }
  const file = join(folder, ...parts);
  const isWithin = (await realpath(file)).startsWith(folder + sep);
  return isWithin ? { file } : refused('outside', `${path} is not below the checkout.`);
}

/** Reads a file that was found confined; a link that took its place since then is not followed. */
export async function readConfined(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Writes a file that was found confined. @param isNew whether it must not be there yet */
export async function writeConfined(file: string, text: string, isNew = false): Promise<void> {
  const how = isNew ? constants.O_CREAT | constants.O_EXCL : constants.O_TRUNC;
  const handle = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW | how, 0o644);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

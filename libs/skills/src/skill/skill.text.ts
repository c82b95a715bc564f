import { isUtf8 } from 'node:buffer';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { z } from 'zod';

/** No text of a skill is that large, bytes: what is was put there by mistake. */
const LARGEST_TEXT = 1 << 20;

/**
 * Reads a text of a skill's folder.
 * @throws TypeError that goes on where the path ends, for one that is not there, is no regular file, is larger than 1 MiB, or is no UTF-8
 */
export async function readSkillText(dir: string, path: string): Promise<string> {
  const stat = await lstat(join(dir, path)).catch((error: NodeJS.ErrnoException) => {
    const isAbsent = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    throw new TypeError(isAbsent ? 'is not there' : `cannot be read: ${error.message}`);
  });
  if (stat.isSymbolicLink()) throw new TypeError('is a symbolic link; a skill must hold its files itself');
  if (!stat.isFile()) throw new TypeError(`is ${stat.isDirectory() ? 'a folder' : 'a special file'}, not a text`);
  if (stat.size > LARGEST_TEXT) throw new TypeError('is larger than 1 MiB; move parts to other files');
  const bytes = await readFile(join(dir, path));
  if (!isUtf8(bytes)) throw new TypeError('is no text in UTF-8; save it as one');
  return bytes.toString('utf8');
}

/** Says in words of a file what the validator says in words of a program. For `parse(value, { error: plainly })`. */
export const plainly: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'unrecognized_keys') {
    return `has an unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}; remove it or check its spelling`;
  }
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return undefined;
  if (issue.input === undefined) return 'is missing';
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === null) return 'must not be empty';
  if (issue.expected === 'string') {
    return typeof issue.input === 'object' ? 'must be a text' : 'must be a text: quote it';
  }
  if (issue.expected === 'array') return 'must be a list';
  if (issue.expected === 'object' || issue.expected === 'record') return 'must be a map of keys and values';
  return undefined;
};

/**
 * What is wrong with a text of a skill, one line each.
 * @param top what to call the text as a whole
 */
export function sentencesOf(error: unknown, top = '(top level)'): string[] {
  if (!(error instanceof z.ZodError)) return [yamlSentence(error)];
  return error.issues.map((issue) => {
    const message = issue.code === 'invalid_key' ? issue.issues.map((one) => one.message).join('; ') : issue.message;
    return `${issue.path.join('.') || top}: ${message}`;
  });
}

/** The first line of an error; that of a YAML parser goes on with the place as a drawing. */
export function yamlSentence(error: unknown): string {
  const sentence = messageOf(error).split('\n')[0]!.replace(/:$/, '');
  const { code } = error as { code?: unknown };
  return code === 'BLOCK_AS_IMPLICIT_KEY' ? `${sentence}; quote a text that holds ": "` : sentence;
}

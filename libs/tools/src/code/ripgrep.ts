import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { rgPath } from '@vscode/ripgrep';
import { ToolError } from '../tool.js';

/** A line that was found. */
export interface FoundLine {
  path: string;
  line: number;
  text: string;
}

/** What to search for. */
export interface Search {
  dir: string;
  pattern: string;
  /** @default false: the pattern is plain text */
  regex?: boolean;
  ignoreCase?: boolean;
  /** Glob that paths must match. */
  glob?: string | undefined;
  signal: AbortSignal;
}

/** Most lines that are collected; more than that is no answer. */
const MOST_LINES = 5_000;
const LONGEST_LINE = 500;
/** Most bytes that ripgrep may use to compile an expression: one that repeats repetitions would take gigabytes. */
const LARGEST_EXPRESSION = '20M';

const COMMON = [
  '--no-config',
  '--hidden',
  '--no-ignore',
  '--no-messages',
  '--color=never',
  '--sort=path',
  '--glob=!.git',
];

/** Its reason without the drawing of the place and the advice to its own user. */
function reasonOf(problems: string): string {
  const lines = problems.trim().split('\n');
  const reason = lines.find((line) => line.startsWith('error: ')) ?? lines.at(-1) ?? '';
  return reason.replace(/^(?:error|rg): /, '').slice(0, 300);
}

/** What a program writes, in pieces that end with a sign. */
async function* piecesOf(output: Readable, end: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of output.setEncoding('utf8')) {
    const pieces = (rest + String(chunk)).split(end);
    rest = pieces.pop()!;
    yield* pieces;
  }
  if (rest !== '') yield rest;
}

/** Runs ripgrep in a folder; its lines, or what ends with another sign, one by one. Ends when `take` says so. */
async function run(
  args: readonly string[],
  { dir, signal, end = '\n' }: { dir: string; signal: AbortSignal; end?: string },
  take: (line: string) => boolean,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(rgPath, [...COMMON, ...args, './'], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    env: {},
  });
  const problems: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => problems.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A search that is ended fails before its output does; the failure is thrown below.
  ended.catch(() => undefined);
  let enough = false;
  for await (const line of piecesOf(child.stdout, end)) {
    if (enough) continue;
    enough = !take(line);
    if (enough) child.kill();
  }
  const code = await ended;
  // 1 = nothing found.
  if (enough || code === 0 || code === 1) return;
  const reason = reasonOf(problems.join(''));
  throw new ToolError(
    `The search could not be made: ${reason || `ripgrep ended with ${code}`}; correct the pattern or the glob.`,
  );
}

function words({ pattern, regex, ignoreCase, glob }: Omit<Search, 'dir' | 'signal'>): string[] {
  return [
    ...(regex ? ['--regex-size-limit', LARGEST_EXPRESSION] : ['--fixed-strings']),
    ...(ignoreCase ? ['--ignore-case'] : []),
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    '--regexp',
    pattern,
  ];
}

/** Lines that match, by path and line; `complete` is false when there were more than can be collected. */
export async function searchLines(search: Search): Promise<{ lines: FoundLine[]; complete: boolean }> {
  const lines: FoundLine[] = [];
  // Plain lines and not JSON: these are cut by ripgrep, so that a file of one line of 100 MB is no message of 100 MB.
  const columns = ['--max-columns', String(LONGEST_LINE), '--max-columns-preview'];
  const shape = ['--null', '--line-number', '--no-heading', ...columns];
  let begun = '';
  await run([...shape, ...words(search)], search, (text) => {
    // The name of a file may hold line breaks; anything else is a note about a binary file.
    const line = text.startsWith('./') ? text : begun + text;
    const found = /^(\.\/[^\0]+)\0(\d+):([^]*)$/.exec(line);
    begun = found ? '' : `${line}\n`;
    if (!found) return true;
    lines.push({ path: found[1]!.replace(/^\.\//, ''), line: Number(found[2]), text: found[3]!.replace(/\r$/, '') });
    return lines.length < MOST_LINES;
  });
  return { lines, complete: lines.length < MOST_LINES };
}

/** Paths of files that contain a text, or of all files where none is given. */
export async function filesWith(search: Omit<Search, 'pattern'> & { pattern?: string | undefined }): Promise<string[]> {
  const { dir, pattern, glob, signal } = search;
  const paths: string[] = [];
  const all = ['--null', '--files', ...(glob === undefined ? [] : [`--glob=${glob}`])];
  const args = pattern === undefined ? all : ['--null', '--files-with-matches', ...words({ ...search, pattern })];
  await run(args, { dir, signal, end: '\0' }, (path) => {
    paths.push(path.replace(/^\.\//, ''));
    return paths.length < MOST_LINES;
  });
  return paths;
}

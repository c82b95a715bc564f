import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
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

const COMMON = [
  '--no-config',
  '--hidden',
  '--no-ignore',
  '--no-messages',
  '--max-filesize=4M',
  '--sort=path',
  '--glob=!.git',
];

/** Runs ripgrep in a folder; its lines one by one. Ends when `take` says so. */
async function run(
  args: readonly string[],
  dir: string,
  signal: AbortSignal,
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
  let enough = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (enough) continue;
    enough = !take(line);
    if (enough) child.kill();
  }
  const code = await ended;
  // 1 = nothing found.
  if (enough || code === 0 || code === 1) return;
  const reason = problems.join('').trim().split('\n').slice(-2).join(' ').slice(0, 300);
  throw new ToolError(
    `The search could not be made: ${reason || `ripgrep ended with ${code}`}; correct the pattern or the glob.`,
  );
}

function words({ pattern, regex, ignoreCase, glob }: Omit<Search, 'dir' | 'signal'>): string[] {
  return [
    ...(regex ? [] : ['--fixed-strings']),
    ...(ignoreCase ? ['--ignore-case'] : []),
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    '--regexp',
    pattern,
  ];
}

/** Lines that match, by path and line; `complete` is false when there were more than can be collected. */
export async function searchLines(search: Search): Promise<{ lines: FoundLine[]; complete: boolean }> {
  const lines: FoundLine[] = [];
  await run(['--json', ...words(search)], search.dir, search.signal, (text) => {
    const message = JSON.parse(text) as {
      type: string;
      data: { path: { text?: string }; lines: { text?: string }; line_number: number };
    };
    const path = message.type === 'match' ? message.data.path.text : undefined;
    if (path !== undefined) {
      const line = (message.data.lines.text ?? '').replace(/\r?\n$/, '');
      lines.push({
        path: path.replace(/^\.\//, ''),
        line: message.data.line_number,
        text: line.slice(0, LONGEST_LINE),
      });
    }
    return lines.length < MOST_LINES;
  });
  return { lines, complete: lines.length < MOST_LINES };
}

/** Paths of files that contain a text. */
export async function filesWith(search: Search): Promise<string[]> {
  const paths: string[] = [];
  await run(['--files-with-matches', ...words(search)], search.dir, search.signal, (path) => {
    paths.push(path.replace(/^\.\//, ''));
    return paths.length < MOST_LINES;
  });
  return paths;
}

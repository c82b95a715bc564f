import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';

/** A commit to be made. Parents are positions of earlier commits. */
export interface PlannedCommit {
  message: string;
  author: string;
  files: Record<string, string>;
  parents: number[];
}

function git(args: string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('git', args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status === 0) return stdout;
  throw new HeadroomError(`git ${args[0]} failed: ${stderr.slice(0, 500)} Check that git is installed.`, {
    code: 'HEADROOM_EVALUATION_GIT',
    retryable: false,
  });
}

/** Makes a bare repository of the commits, the last one on main; returns its place and the ids of the commits. */
export function makeRepository(dir: string, commits: readonly PlannedCommit[]): { bare: string; ids: string[] } {
  const bare = join(dir, 'origin.git');
  git(['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  const marks = join(dir, 'marks');
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = commits.map(({ message, author, files, parents }, index) => {
    const who = `${author} <${author}@team.example> ${1_767_225_600 + index * 3600} +0000`;
    const [first, ...others] = parents;
    return [
      `commit refs/heads/main\nmark :${index + 1}\nauthor ${who}\ncommitter ${who}\n${data(message)}`,
      first === undefined ? '' : `from :${first + 1}\n`,
      ...others.map((each) => `merge :${each + 1}\n`),
      'deleteall\n',
      ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
    ].join('');
  });
  git(['-C', bare, 'fast-import', '--quiet', '--force', `--export-marks=${marks}`], stream.join('\n'));
  return { bare, ids: readMarks(marks, commits.length) };
}

function readMarks(path: string, count: number): string[] {
  const ids = new Map(
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(1).split(' ') as [string, string]),
  );
  return Array.from({ length: count }, (_, index) => ids.get(String(index + 1))!);
}

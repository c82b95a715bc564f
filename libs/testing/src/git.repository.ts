import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';

/** A name and an address as git records them. */
export interface TestPerson {
  name: string;
  email: string;
}

/** A file of a commit: its content, or its content with a git file mode. */
export type TestFile =
  | string
  | Uint8Array
  | {
      content: string | Uint8Array;
      /** `120000` is a symbolic link whose target is the content. @default '100644' */
      mode?: '100644' | '100755' | '120000';
    };

/** One commit of a history. */
export interface TestCommit {
  /** @default the role "Maintainer" */
  author?: TestPerson;
  message: string;
  /** ISO 8601. @default one hour after the commit before it, the first at 2026-01-05T09:00:00Z */
  date?: string;
  /** What changes against the first parent; null removes a file. */
  files: Readonly<Record<string, TestFile | null>>;
  /** Indexes of the parents in the list of commits. @default the commit before it */
  parents?: readonly number[];
  /** Branch that this commit goes to. @default the branch of the repository */
  branch?: string;
}

/** Options of {@link buildRepository}. */
export interface BuildRepositoryOptions {
  /** Branch that the commits go to. @default 'main' */
  branch?: string;
}

const MAINTAINER: TestPerson = { name: 'Maintainer', email: 'maintainer@project.example' };
const FIRST_COMMIT_MS = Date.parse('2026-01-05T09:00:00Z');
const HOUR_MS = 3_600_000;

/**
 * Builds a real bare git repository `repository.git` in a folder, which is made when missing. The same commits give the same ids,
 * which are returned in the order of the list.
 * @throws HeadroomError `HEADROOM_TEST_REPOSITORY_FAILED` with what git said
 */
export async function buildRepository(
  dir: string,
  commits: readonly TestCommit[],
  options: BuildRepositoryOptions = {},
): Promise<{ bare: string; commits: string[] }> {
  const branch = options.branch ?? 'main';
  const bare = join(dir, 'repository.git');
  const marks = join(dir, 'repository.marks');
  await mkdir(dir, { recursive: true });
  await git(['init', '--quiet', '--bare', `--initial-branch=${branch}`, bare]);
  const stream = Buffer.concat(commits.flatMap((commit, index) => commitStream(commit, index, branch)));
  await git(
    [`--git-dir=${bare}`, 'fast-import', '--quiet', '--date-format=rfc2822', `--export-marks=${marks}`],
    stream,
  );
  const ids = new Map(
    (await readFile(marks, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
  return { bare, commits: commits.map((_, index) => ids.get(`:${index + 1}`)!) };
}

function commitStream(commit: TestCommit, index: number, branch: string): Buffer[] {
  const date = new Date(commit.date ?? FIRST_COMMIT_MS + index * HOUR_MS).toUTCString().replace('GMT', '+0000');
  const { name, email } = commit.author ?? MAINTAINER;
  const parents = commit.parents ?? (index > 0 ? [index - 1] : []);
  const ref = `refs/heads/${commit.branch ?? branch}`;
  return [
    // Without the reset a first commit would silently continue the branch.
    ...(parents.length === 0 ? [Buffer.from(`reset ${ref}\n`)] : []),
    Buffer.from(`commit ${ref}\nmark :${index + 1}\n`),
    Buffer.from(`author ${name} <${email}> ${date}\ncommitter ${name} <${email}> ${date}\n`),
    data(commit.message),
    ...parents.map((parent, nth) => Buffer.from(`${nth === 0 ? 'from' : 'merge'} :${parent + 1}\n`)),
    ...Object.entries(commit.files).flatMap(([path, file]) => fileStream(path, file)),
    Buffer.from('\n'),
  ];
}

function fileStream(path: string, file: TestFile | null): Buffer[] {
  if (file === null) return [Buffer.from(`D ${quoted(path)}\n`)];
  const plain = typeof file === 'string' || file instanceof Uint8Array;
  const mode = plain ? '100644' : (file.mode ?? '100644');
  return [Buffer.from(`M ${mode} inline ${quoted(path)}\n`), data(plain ? file : file.content)];
}

function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function git(args: readonly string[], input: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      // The settings of the person who runs the tests must not change the ids.
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    // A git that fails early closes its input; its message says more than the broken pipe.
    child.stdin.on('error', () => child.stdin.destroy());
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      const verb = args.find((arg) => !arg.startsWith('-'));
      const message = `git ${verb} failed: ${stderr.trim()}`;
      reject(new HeadroomError(message, { code: 'HEADROOM_TEST_REPOSITORY_FAILED' }));
    });
    child.stdin.end(input);
  });
}

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '@headroom/contracts';
import { applyPatch } from '@headroom/workspace';

const run = promisify(execFile);

/** How long a test of a case may take, milliseconds. */
const TEST_MS = 60_000;

type Files = Readonly<Record<string, string>>;

/** A folder with the files of a case. */
export interface EvalFolder {
  /** Applies a unified diff with git; gives what the files became, new ones included and removed ones left out. */
  apply(patch: string, touched: readonly string[]): Promise<Record<string, string>>;
  /** Runs a command; what it said when it failed, undefined when it passed. */
  test(command: readonly string[]): Promise<string | undefined>;
}

/** Gives work a folder with files, which is removed when the work ends. */
export async function inEvalFolder<T>(files: Files, work: (folder: EvalFolder) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    return await work({
      apply: (patch, touched) => applied(dir, { files, patch, touched }),
      test: (words) => tested(dir, words),
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function applied(
  dir: string,
  { files, patch, touched }: { files: Files; patch: string; touched: readonly string[] },
): Promise<Record<string, string>> {
  await applyPatch(dir, patch);
  const after: Record<string, string> = {};
  for (const path of new Set([...Object.keys(files), ...touched])) {
    const text = await readFile(join(dir, path), 'utf8').catch(() => undefined);
    if (text !== undefined) after[path] = text;
  }
  return after;
}

/** What compilers and interpreters need of the environment. A key of a model, or of what else, is not for tests to see and to say. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'JAVA_HOME', 'GOROOT', 'GOPATH', 'GOCACHE', 'GOFLAGS'];

async function tested(dir: string, [command = '', ...words]: readonly string[]): Promise<string | undefined> {
  const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
  try {
    await run(command === 'node' ? process.execPath : command, words, { cwd: dir, env, timeout: TEST_MS });
    return undefined;
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    return (stderr || stdout || messageOf(error)).trim().slice(-2000);
  }
}

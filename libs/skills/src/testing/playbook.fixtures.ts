import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { PlaybookInput, PlaybookPatch, PlaybookResult } from '../playbooks/playbook.js';
import { runPlaybook } from '../playbooks/playbook.runner.js';
import { loadSkills, type SkillCatalogue } from '../skill/skill.loader.js';

/** The project's own catalogue. Tests run in the folder of their project. */
export const CATALOGUE = resolve('../../skills');

/** Commit that fixtures name as the root cause. */
export const COMMIT = 'c0ffee'.padEnd(40, '0');

/** Gives work a folder of its own, which is removed when the work ends. */
export async function inFolder<T>(work: (dir: string) => Promise<T> | T): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'skills-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Writes files below a folder. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** Applies a patch to files with git itself and gives back what they became. */
export async function applyWithGit(
  files: Readonly<Record<string, string>>,
  patch: string,
): Promise<Record<string, string>> {
  return inFolder((dir) => {
    writeFiles(dir, files);
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: dir, input: patch, env });
    return Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(dir, path), 'utf8')]));
  });
}

let catalogue: Promise<SkillCatalogue> | undefined;

/** Runs a skill of the catalogue on files. `written` marks the lines of the root cause by texts that they hold. */
export async function runSkill(
  name: string,
  files: Readonly<Record<string, string>>,
  input: Omit<PlaybookInput, 'readFile'> & { readonly written?: readonly string[] },
): Promise<PlaybookResult> {
  catalogue ??= loadSkills(CATALOGUE);
  const { skills } = await catalogue;
  const skill = skills.find((one) => one.name === name);
  if (!skill) throw new Error(`the catalogue has no usable skill ${name}`);
  const { written, ...rest } = input;
  const suspect = written && {
    commit: COMMIT,
    written: Object.entries(files).map(([path, text]) => ({ path, lines: linesWith(text, written) })),
  };
  return runPlaybook(skill, { ...(suspect && { suspect }), ...rest, readFile: (path) => files[path] });
}

function linesWith(text: string, parts: readonly string[]): number[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => (parts.some((part) => line.includes(part)) ? [index + 1] : []));
}

/** Narrows a result to a patch, with the abstention in the error. */
export function patchOf(result: PlaybookResult): PlaybookPatch {
  if ('patch' in result) return result;
  throw new Error(
    result.outcome === 'abstain' ? `abstained: ${result.reason}: ${result.message}` : `told: ${result.summary}`,
  );
}

/** What a module did in a process of its own. */
export interface ModuleRun {
  readonly returned: readonly unknown[];
  /** The same as Node.js shows it: tells -0, NaN, holes, prototypes and undefined apart. */
  readonly shown: readonly string[];
  readonly records: readonly unknown[];
  readonly output: readonly string[];
}

const DRIVER = `
import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
const [, , target, logger, rounds, out] = process.argv;
const { run } = await import(target);
const returned = [];
const shown = [];
for (let round = 0; round < Number(rounds); round++) {
  const value = (await run(round)) ?? null;
  returned.push(value);
  shown.push(inspect(value, { depth: 8, maxArrayLength: null }));
}
const records = logger === '' ? [] : (await import(logger)).records;
writeFileSync(out, JSON.stringify({ returned, shown, records }));
`;

/** Runs the export `run(round)` of a module in a child process, round after round. */
export async function runModule(
  files: Readonly<Record<string, string>>,
  target: string,
  rounds: number,
): Promise<ModuleRun> {
  return inFolder(async (dir) => {
    writeFiles(dir, { ...files, 'driver.mjs': DRIVER, 'package.json': '{"type":"module"}' });
    const at = (path: string) => join(dir, path);
    const logger = 'logger.ts' in files ? at('logger.ts') : '';
    const args = [at('driver.mjs'), at(target), logger, String(rounds), at('out.json')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
    const { returned, shown, records } = JSON.parse(readFileSync(at('out.json'), 'utf8')) as Omit<ModuleRun, 'output'>;
    return { returned, shown, records, output: (stdout + stderr).split('\n') };
  });
}

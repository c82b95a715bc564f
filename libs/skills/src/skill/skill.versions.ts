import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { HeadroomError } from '@headroom/contracts';
import { parseSkillFile } from './skill.file.js';
import { SKILL_FILE } from './skill.folder.js';
import { loadSkills } from './skill.loader.js';
import type { SkillProblem } from './skill.linter.js';

const run = promisify(execFile);

/** Where changes are merged, in the order in which it is looked for. */
const TRUNKS = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

/** What became of comparing versions. */
export interface VersionCheck {
  readonly problems: readonly SkillProblem[];
  /** Commit that the folder was compared with; absent where nothing could be compared. */
  readonly base?: string;
  /** Why nothing was compared, one sentence. */
  readonly note?: string;
}

/**
 * Checks that a skill whose folder changed has a higher version, by comparing the working tree with the commit that it began from:
 * the merge base with the trunk, or on the trunk itself the last commit. A skill that is new there needs no other version. Git keeps
 * what a file of digests would have to repeat, and a branch with many changes needs to raise a version once.
 * @param base what to compare with instead, anything that git can resolve
 * @throws HeadroomError `HEADROOM_USAGE` for a `base` that is no commit there
 */
export async function lintVersions(dir: string, base?: string): Promise<VersionCheck> {
  // A hook of git runs with these; they name another repository than the folder's, or none from here.
  const env = { ...process.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined };
  const git = async (...words: string[]): Promise<string> =>
    (await run('git', words, { cwd: dir, env, maxBuffer: 1 << 26 })).stdout.trim();
  const quietly = (...words: string[]): Promise<string | undefined> => git(...words).catch(() => undefined);
  const root = await quietly('rev-parse', '--show-toplevel');
  if (root === undefined && base === undefined)
    return { problems: [], note: `Versions were not compared: ${dir} is in no git repository.` };
  const against =
    base === undefined
      ? await baseOf(quietly)
      : await quietly('rev-parse', '--verify', '--end-of-options', `${base}^{commit}`);
  if (against === undefined) {
    if (base === undefined) return { problems: [], note: 'Versions were not compared: there is no commit.' };
    throw new HeadroomError(`"${base}" is no commit here; name another with --base.`, { code: 'HEADROOM_USAGE' });
  }
  const problems: SkillProblem[] = [];
  const { skills } = await loadSkills(dir);
  for (const { name, dir: folder, version } of skills) {
    const before = await quietly('show', `${against}:./${relative(dir, folder).split(sep).join('/')}/${SKILL_FILE}`);
    const was = before === undefined ? undefined : parseSkillFile(`${before}\n`, name);
    if (!was?.ok || !(await hasChanged(quietly, against, folder))) continue;
    if (isHigher(version, was.file.version)) continue;
    const problem = `${SKILL_FILE}: metadata.headroom.dev/version: the folder changed since ${against.slice(0, 12)}; raise ${was.file.version}`;
    problems.push({ skill: name, problem });
  }
  return { problems, base: against };
}

type Git = (...words: string[]) => Promise<string | undefined>;

async function baseOf(git: Git): Promise<string | undefined> {
  for (const trunk of TRUNKS) {
    const base = await git('merge-base', 'HEAD', trunk);
    if (base !== undefined) return base;
  }
  return git('rev-parse', '--verify', 'HEAD');
}

async function hasChanged(git: Git, base: string, folder: string): Promise<boolean> {
  if (!existsSync(join(folder, SKILL_FILE))) return false;
  const changed = await git('diff', '--name-only', base, '--', folder);
  const added = await git('ls-files', '--others', '--exclude-standard', '--', folder);
  return (changed ?? '') !== '' || (added ?? '') !== '';
}

function isHigher(version: string, than: string): boolean {
  const parts = (text: string): [number[], string] => {
    const [numbers = '', ...rest] = text.split('+')[0]!.split('-');
    return [numbers.split('.').map(Number), rest.join('-')];
  };
  const [[now, pre], [was, wasPre]] = [parts(version), parts(than)];
  const at = now.findIndex((number, index) => number !== was[index]);
  if (at !== -1) return now[at]! > (was[at] ?? 0);
  // 1.0.0 comes after 1.0.0-beta.
  return pre !== wasPre && (pre === '' || (wasPre !== '' && pre.localeCompare(wasPre, 'en', { numeric: true }) > 0));
}

import { resolve } from 'node:path';
import { lintSkills, loadSkills, lintVersions, type SkillProblem } from '@headroom/skills';
import { EXIT, notice, print, printJson } from '../output.js';
import { skillsDir } from '../installation.js';
import { refuseEmpty } from './catalogue.js';

/** Options of `headroom skills lint`. */
export interface LintOptions {
  /** Folder of skills. @default the catalogue of the installation */
  dir?: string | undefined;
  /** Commit to compare versions with. @default where the branch left the trunk */
  base?: string | undefined;
  json?: boolean | undefined;
}

/** Prints problems by skill. */
export function printProblems(problems: readonly SkillProblem[]): void {
  for (const { skill, problem } of problems) print(`${skill}: ${problem}`);
}

/**
 * Checks a folder of skills strictly; fails when it finds a problem.
 * @throws HeadroomError `HEADROOM_SKILLS_UNREADABLE`, `HEADROOM_SKILL_NOT_FOUND` for a folder without any, `HEADROOM_USAGE` for a base that
 *   is no commit
 */
export async function skillsLintCommand(options: LintOptions): Promise<number> {
  const dir = options.dir === undefined ? skillsDir : resolve(options.dir);
  const catalogue = await loadSkills(dir);
  refuseEmpty(catalogue, dir);
  const versions = await lintVersions(dir, options.base);
  const problems = [...(await lintSkills(dir)), ...versions.problems];
  const count = catalogue.skills.length + catalogue.skipped.length;
  if (options.json) {
    const { base, note } = versions;
    printJson({ dir, skills: count, problems, versions: { ...(base && { base }), ...(note && { note }) } });
  } else {
    printProblems(problems);
    if (versions.note) notice(versions.note);
    const [skill, problem] = [count === 1 ? 'skill' : 'skills', problems.length === 1 ? 'problem' : 'problems'];
    print(`${count} ${skill}, ${problems.length} ${problem}`);
  }
  return problems.length > 0 ? EXIT.failed : EXIT.ok;
}

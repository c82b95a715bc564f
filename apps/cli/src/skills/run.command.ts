import { composedOf, runPlaybook, type PlaybookInput, type PlaybookResult, type Skill } from '@headroom/skills';
import { HeadroomError } from '@headroom/contracts';
import { EXIT, notice, print, printJson } from '../output.js';
import { openCatalogue, skillNamed, type CataloguePlace } from './catalogue.js';
import { WorkingTree } from './working.tree.js';

/** Options of `headroom skills run`. */
export interface RunSkillOptions extends CataloguePlace {
  /** Function identity. */
  subject: string;
  /** Checkout. */
  repository: string;
  /** Root-cause commit, as git resolves it. */
  cause?: string | undefined;
  /** Function identities, outermost first. */
  chain?: string[] | undefined;
  /** Function identities below the subject that gained cost. */
  callee?: string[] | undefined;
  /** Changes the files. */
  apply?: boolean | undefined;
  json?: boolean | undefined;
}

/**
 * Runs the playbook of a skill, and those of the skills that it uses, on a working tree; prints the diff. Needs no host.
 * @throws HeadroomError `HEADROOM_SKILL_NOT_FOUND`, `HEADROOM_FUNCTION_ID_INVALID`, `HEADROOM_USAGE`
 */
export async function skillsRunCommand(name: string, options: RunSkillOptions): Promise<number> {
  const catalogue = await openCatalogue(options);
  const skill = skillNamed(catalogue, name);
  const tree = await WorkingTree.open(options.repository);
  const { subject, cause, chain, callee, apply, json } = options;
  const suspect = cause === undefined ? undefined : await tree.suspect(cause);
  const input: PlaybookInput = {
    subject,
    readFile: tree.readFile,
    listFiles: tree.listFiles,
    ...(suspect && { suspect }),
    ...(chain && { chain }),
    ...(callee && { grownCallees: callee }),
  };
  const { by, result } = await firstThatConcludes(composedOf(skill, catalogue.skills), input);
  const patch = 'patch' in result ? result.patch : undefined;
  if (apply && patch !== undefined) await tree.apply(patch);
  if (json) {
    printJson({ skill: by.name, version: by.version, ...result, applied: Boolean(apply && patch !== undefined) });
    return EXIT.ok;
  }
  if (result.outcome === 'abstain') {
    print(`${by.name} abstains (${result.reason}): ${result.message}`);
    return EXIT.ok;
  }
  notice(`${by.name} ${by.version}: ${result.summary}`);
  for (const { text } of result.facts) notice(`  ${text}`);
  if (patch !== undefined) process.stdout.write(patch);
  notice(apply ? 'Applied to the working tree.' : 'Nothing was changed; --apply changes the files.');
  return EXIT.ok;
}

async function firstThatConcludes(
  skills: readonly Skill[],
  input: PlaybookInput,
): Promise<{ by: Skill; result: PlaybookResult }> {
  let first: { by: Skill; result: PlaybookResult } | undefined;
  for (const by of skills) {
    const result = await runPlaybook(by, input);
    if (result.outcome !== 'abstain') return { by, result };
    first ??= { by, result };
  }
  if (first) return first;
  throw new HeadroomError('There is no skill to run.', { code: 'HEADROOM_SKILL_NOT_FOUND' });
}

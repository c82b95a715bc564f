import { functionIdSchema, HeadroomError } from '@headroom/contracts';
import { findingFrames, matchInputOf, matchSkills, ruleMatcher, type MatchedDossier } from '@headroom/skills';
import { z } from 'zod';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';
import { textOfCaseOrFile } from './case.or.file.js';
import { openCatalogue, type CataloguePlace } from './catalogue.js';
import { WorkingTree } from './working.tree.js';

/** Options of `headroom skills match`. */
export interface MatchOptions extends CataloguePlace {
  /** Checkout in which rules are looked for. @default they are not looked for */
  repository?: string | undefined;
  json?: boolean | undefined;
}

const frames = z.array(z.looseObject({ id: z.string() }));
/** What of a dossier has to be there; the rest is taken as it is. */
const dossierSchema = z.looseObject({
  finding: z.looseObject({
    kind: z.enum(['regression', 'opportunity']),
    subject: functionIdSchema,
    service: z.string().optional(),
    repository: z.string().optional(),
    regression: z
      .looseObject({
        metric: z.string().optional(),
        deltaOfService: z.number().optional(),
        chain: frames,
        grownCallees: frames,
        qualityFlags: z.array(z.string()).optional(),
      })
      .optional(),
    opportunity: z.looseObject({ skill: z.string().optional() }).optional(),
  }),
  rootCause: z.looseObject({ status: z.string(), cause: z.looseObject({ kind: z.string() }).optional() }),
  suspectDiff: z.string().optional(),
});

async function dossierOf(which: string, fetch: (caseId: string) => Promise<string>): Promise<MatchedDossier> {
  const text = await textOfCaseOrFile(which, fetch);
  try {
    return dossierSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${which} is no dossier; "headroom dossier <case> --json" prints one.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE', cause });
  }
}

/**
 * Says which skills match a dossier, in the order in which they are tried, and why the others do not.
 * @param which id of a case, or a file with its dossier
 * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_DOSSIER_MISSING`, `HEADROOM_INPUT_NOT_FOUND`, `HEADROOM_USAGE`
 */
export async function skillsMatchCommand(
  which: string,
  options: MatchOptions,
  withClient: (work: (client: Pick<HeadroomClient, 'dossier'>) => Promise<string>) => Promise<string>,
): Promise<number> {
  const dossier = await dossierOf(which, (caseId) => withClient((client) => client.dossier(caseId, 'json')));
  const { skills, skipped } = await openCatalogue(options);
  const tree = options.repository === undefined ? undefined : await WorkingTree.open(options.repository);
  const ruleMatches = tree && (await ruleMatcher(findingFrames(dossier), tree.readFile));
  const input = matchInputOf(dossier, ruleMatches && { ruleMatches });
  const { matches, mismatches } = matchSkills(skills, input);
  const hidden = skipped.map(({ name, reasons }) => ({ name, reasons }));
  if (options.json) {
    const { kind, path, type, facts } = input;
    const listed = matches.map(({ name, version, playbook = 'none', model }) => ({ name, version, playbook, model }));
    printJson({ input: { kind, path, type, facts, frames: input.frames }, matches: listed, mismatches, hidden });
    return EXIT.ok;
  }
  if (matches.length === 0) print('No skill matches.');
  for (const [index, { name, version, playbook, model }] of matches.entries()) {
    print(`${index + 1}. ${name} ${version} (playbook ${playbook ?? 'none'}, model ${model})`);
  }
  for (const { name, message } of mismatches) print(`-  ${name}: ${message}`);
  for (const { name, reasons } of hidden) print(`-  ${name} is hidden: ${reasons.join('; ')}`);
  return EXIT.ok;
}

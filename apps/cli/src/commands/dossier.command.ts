import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

/**
 * Prints the dossier of a case, as Markdown or as the stored document.
 * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_DOSSIER_MISSING`
 */
export async function dossierCommand(
  client: Pick<HeadroomClient, 'dossier'>,
  caseId: string,
  options: { json?: boolean | undefined },
): Promise<number> {
  if (options.json) printJson(JSON.parse(await client.dossier(caseId, 'json')));
  else print((await client.dossier(caseId, 'markdown')).trimEnd());
  return EXIT.ok;
}

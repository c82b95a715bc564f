import { HeadroomError } from '@headroom/contracts';
import { dossierMarkdown, type DossierDocument } from '@headroom/investigation';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

/**
 * Prints the dossier of a case, as Markdown or as the stored document.
 * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_DOSSIER_MISSING`
 */
export async function dossierCommand(
  client: Pick<HeadroomClient, 'details' | 'getBlob'>,
  caseId: string,
  options: { json?: boolean | undefined },
): Promise<number> {
  const { view } = await client.details(caseId);
  if (!view.dossier) {
    const message = `The case ${caseId} has no dossier: ${view.headline} Look again when its context has been gathered.`;
    throw new HeadroomError(message, { code: 'HEADROOM_DOSSIER_MISSING', retryable: view.state === 'investigating' });
  }
  const document = JSON.parse((await client.getBlob(view.dossier)).toString('utf8')) as DossierDocument;
  if (options.json) {
    printJson(document);
    return EXIT.ok;
  }
  if (!document.report) {
    const message = `The dossier of ${caseId} was made by an earlier version and has no sections; retry the case, or read it with --json.`;
    throw new HeadroomError(message, { code: 'HEADROOM_DOSSIER_MISSING' });
  }
  print(dossierMarkdown(`Dossier of ${caseId}, attempt ${view.attempt}`, document.report).trimEnd());
  return EXIT.ok;
}

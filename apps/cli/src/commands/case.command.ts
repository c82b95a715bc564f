import { renderCase, renderCaseList } from '@headroom/cases';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

/** Lists the cases and what can be said of each service. */
export async function casesCommand(client: HeadroomClient, options: { json?: boolean }): Promise<number> {
  const overview = await client.overview();
  if (options.json) {
    printJson(overview);
    return EXIT.ok;
  }
  print(renderCaseList(overview.cases));
  for (const service of overview.services) print(`${service.service} (${service.environment}): ${service.message}`);
  return EXIT.ok;
}

/** Shows one case: timeline, evidence, proposal. */
export async function caseCommand(client: HeadroomClient, id: string, options: { json?: boolean }): Promise<number> {
  const details = await client.details(id);
  if (options.json) printJson(details);
  else print(renderCase(details.view, details));
  return EXIT.ok;
}

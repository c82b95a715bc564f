import { renderOpportunityList } from '@headroom/cases';
import { HeadroomError, scanRequested } from '@headroom/contracts';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';
import { publishOne } from './publish.one.js';

/** Options of `headroom opportunities`. */
export interface OpportunitiesOptions {
  service?: string;
  skill?: string;
  /** Asks to look again, instead of listing. */
  scan?: boolean;
  requestedBy?: string;
  json?: boolean | undefined;
}

/** Lists the catalogue of opportunities, or asks to look for them now. */
export async function opportunitiesCommand(client: HeadroomClient, options: OpportunitiesOptions): Promise<number> {
  if (options.scan) return askToLook(client, options);
  const { service, skill } = options;
  const wanted = { ...(service !== undefined && { service }), ...(skill !== undefined && { skill }) };
  const opportunities = await client.opportunities(wanted);
  if (options.json) printJson({ opportunities });
  else print(renderOpportunityList(opportunities));
  return EXIT.ok;
}

async function askToLook(
  client: HeadroomClient,
  { service, requestedBy, json }: OpportunitiesOptions,
): Promise<number> {
  if (service === undefined) {
    throw new HeadroomError('Name the service to look at: headroom opportunities --scan --service <name>.', {
      code: 'HEADROOM_USAGE',
    });
  }
  const data = { service, ...(requestedBy !== undefined && { requestedBy }) };
  const id = await publishOne(client, scanRequested, data, '/headroom/opportunities');
  if (json) printJson({ id, service });
  else
    print(
      `Asked to look at ${service} (${client.via}). See "headroom opportunities --service ${service}" in a moment.`,
    );
  return EXIT.ok;
}

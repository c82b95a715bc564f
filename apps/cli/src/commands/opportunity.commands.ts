import type { HeadroomConfig } from '@headroom/platform';
import type { Command } from 'commander';
import type { HeadroomClient } from '../client.js';
import { userName } from '../user.name.js';

interface Globals {
  data: string;
  json?: boolean;
}

/** What the verbs of opportunities need of the program. */
export interface OpportunityProgram {
  program: Command;
  globals: () => Globals;
  configuration: () => Promise<{ config: HeadroomConfig; configDir: string }>;
  /** Runs a verb with a client that is closed afterwards. */
  withClient: (run: (client: HeadroomClient, options: Globals) => Promise<number>) => Promise<void>;
}

/** Adds `headroom opportunities` and `headroom request`. */
export function registerOpportunities({ program, globals, configuration, withClient }: OpportunityProgram): void {
  program
    .command('opportunities')
    .description('list what could be made cheaper, the largest expected saving first')
    .option('--service <name>', 'only of this service')
    .option('--skill <name>', 'only of this skill')
    .option('--scan', 'with --service: look again now, instead of listing')
    .action(async (options: { service?: string; skill?: string; scan?: boolean }) => {
      const { opportunitiesCommand } = await import('./opportunities.command.js');
      const requestedBy = userName();
      const who = requestedBy === undefined ? {} : { requestedBy };
      await withClient((client, { json }) => opportunitiesCommand(client, { ...options, ...who, json }));
    });
  program
    .command('request')
    .description('ask for a pull request for an opportunity')
    .argument('<what>', 'id of an opportunity, or a function as path/to/file.ts:qualified.name')
    .option('--service <name>', 'service that runs it; default: that of the opportunity, or the only one')
    .option('--skill <name>', 'skill to use')
    .option('--note <text>', 'what the reader should know')
    .option('--requested-by <who>', 'who asks')
    .action(async (what: string, options) => {
      const { requestCommand } = await import('./request.command.js');
      const { ServiceRepositories } = await import('@headroom/workspace');
      const { mirrorsDir } = await import('../data-directory.js');
      const { data, json } = globals();
      const { config, configDir } = await configuration();
      const locations = { configDir, dataDir: data };
      const repositories = new ServiceRepositories({ config, locations, cacheDir: mirrorsDir(data) });
      const services = Object.keys(config.services);
      await withClient((client) => requestCommand(client, what, repositories, { ...options, services, json }));
    });
}

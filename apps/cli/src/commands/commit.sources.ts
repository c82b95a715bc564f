import { existsSync } from 'node:fs';
import { HeadroomError, type Change } from '@headroom/contracts';
import { isFullCommit, type CommitSources } from '@headroom/profiling';
import type { HeadroomClient } from '../client.js';
import { COMMIT_VARIABLES } from '../environment.js';
import { notice } from '../output.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The commit that the environment tells: the value of the named variable, else of the first of {@link COMMIT_VARIABLES} that holds a
 * full commit id. Undefined where none does.
 * @throws HeadroomError `HEADROOM_USAGE` where the named variable is not set
 */
export function commitOfEnvironment(env: Environment, name?: string): string | undefined {
  if (name === undefined) return COMMIT_VARIABLES.map((each) => env[each]?.trim()).find(holdsCommit);
  const value = env[name]?.trim();
  if (value) return value;
  throw new HeadroomError(
    `The variable ${name} of --version-env is not set: set it to the commit that ran, or give --version.`,
    {
      code: 'HEADROOM_USAGE',
    },
  );
}

function holdsCommit(value: string | undefined): value is string {
  return value !== undefined && isFullCommit(value);
}

/** Options of {@link deployedChanges}. */
export interface DeployedChangesOptions {
  client: () => Promise<HeadroomClient>;
  service: string;
}

/** Asks Headroom what reached a service. Where that cannot be asked, no change speaks, and that is said. */
export function deployedChanges({ client, service }: DeployedChangesOptions): NonNullable<CommitSources['changes']> {
  return async (window): Promise<readonly Change[]> => {
    try {
      return await (await client()).changes(service, window);
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      notice(`The deployments of ${service} could not be asked for: ${error.message}`);
      return [];
    }
  };
}

/** Whether there is anything to ask: a gateway that was named, or a data directory. Asking must not make one. */
export function hasDeployments({ url, data }: { url?: string | undefined; data: string }): boolean {
  return url !== undefined || existsSync(data);
}

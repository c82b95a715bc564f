import { HeadroomError } from '@headroom/contracts';
import type { GatewayParts, ServiceSource, SourceOf } from '@headroom/gateway';
import type { ServiceRepositories, ServiceRepository } from '@headroom/workspace';

/** Failures that a person has to mend; the profile is taken all the same. */
const MENDABLE = ['HEADROOM_SERVICE_NOT_CONFIGURED', 'HEADROOM_REPOSITORY_UNREADABLE'];

async function hasCommit({ mirror }: Pick<ServiceRepository, 'mirror'>, commit: string): Promise<boolean> {
  try {
    await mirror.resolve(commit);
    return true;
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_REF_UNKNOWN') return false;
    throw error;
  }
}

/** The code of configured services at any commit, read from their mirrors. */
function sourceOf(repositories: ServiceRepositories): SourceOf {
  const opened = new Map<string, ServiceRepository>();

  /** Opening fetches: for a commit that the mirror has, there is nothing to fetch. */
  async function openAt(service: string, commit: string): Promise<ServiceRepository> {
    const known = opened.get(service);
    if (known && (await hasCommit(known, commit))) return known;
    const fresh = await repositories.open(service);
    opened.set(service, fresh);
    return fresh;
  }

  return async (service, commit): Promise<ServiceSource> => {
    try {
      const { settings, mirror } = await openAt(service, commit);
      const { pathMap, unitOfWork } = settings;
      const source = { pathMap, unitOfWork, fetchSource: (path: string) => mirror.readFile(commit, path) };
      if (await hasCommit({ mirror }, commit)) return source;
      const problem = `The repository of ${service} has no commit ${commit}; push it, or send the sources along.`;
      return { ...source, fetchSource: async () => undefined, problem };
    } catch (error) {
      if (!(error instanceof HeadroomError) || !MENDABLE.includes(error.code)) throw error;
      return { pathMap: {}, fetchSource: async () => undefined, problem: error.message };
    }
  };
}

/** What a gateway asks about services: who owns one, and its code. */
export function serviceParts(repositories: ServiceRepositories): Pick<GatewayParts, 'teamOf' | 'sourceOf'> {
  return { teamOf: (service) => repositories.teamOf(service), sourceOf: sourceOf(repositories) };
}

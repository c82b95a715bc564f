import { HeadroomError } from '@headroom/contracts';
import type { CommitSource, GatewayParts, ServiceSource, SourceOf } from '@headroom/gateway';
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

  async function codeAt(service: string, commit: string): Promise<CommitSource> {
    const { mirror } = await openAt(service, commit);
    if (await hasCommit({ mirror }, commit)) return { fetchSource: (path) => mirror.readFile(commit, path) };
    return missing(`The repository of ${service} has no commit ${commit}; push it, or send the sources along.`);
  }

  return async (service): Promise<ServiceSource> => {
    const at = (commit: string): Promise<CommitSource> => codeAt(service, commit).catch(mendable);
    try {
      const { pathMap, unitOfWork } = repositories.settings(service);
      return { pathMap, unitOfWork, at };
    } catch (error) {
      const none = mendable(error);
      return { pathMap: {}, at: async () => none };
    }
  };
}

function missing(problem: string): CommitSource {
  return { fetchSource: async () => undefined, problem };
}

function mendable(error: unknown): CommitSource {
  if (error instanceof HeadroomError && MENDABLE.includes(error.code)) return missing(error.message);
  throw error;
}

/** What a gateway asks about services: who owns one, and its code. */
export function serviceParts(repositories: ServiceRepositories): Pick<GatewayParts, 'teamOf' | 'sourceOf'> {
  return { teamOf: (service) => repositories.teamOf(service), sourceOf: sourceOf(repositories) };
}

import { join } from 'node:path/posix';
import { HeadroomError, teamsOf, type Stop } from '@headroom/contracts';
import {
  parseTargetPolicy,
  repositoryLocation,
  TARGET_POLICY_FILES,
  tightenedPolicy,
  unreadableTargetPolicy,
  verificationOf,
  type ConfigLocations,
  type EffectivePolicy,
  type HeadroomConfig,
  type ServiceConfig,
  type TargetPolicy,
} from '@headroom/platform';
import { BlameMemory, openMirror, type GitMirror } from './git/index.js';

/** A configured service with its repository. */
export interface ServiceRepository {
  settings: ServiceConfig;
  mirror: GitMirror;
  /**
   * The operator's policy, tightened by the `.headroom.yml` of the base branch as it stands now: at the repository's root, and in
   * the service's folder. What a candidate's own tree says of it is never read.
   * @throws HeadroomError `HEADROOM_TARGET_POLICY_INVALID` with each problem's key and what is allowed
   */
  policy(): Promise<EffectivePolicy>;
}

/** Opens the repositories that the configuration names. */
export class ServiceRepositories {
  readonly #config: HeadroomConfig;
  readonly #locations: ConfigLocations;
  readonly #cacheDir: string;
  readonly #blames = new BlameMemory();

  /** @param cacheDir where mirrors are kept; a cache, may be deleted at any time */
  constructor(options: { config: HeadroomConfig; locations: ConfigLocations; cacheDir: string }) {
    this.#config = options.config;
    this.#locations = options.locations;
    this.#cacheDir = options.cacheDir;
  }

  /**
   * The settings of a service.
   * @throws HeadroomError `HEADROOM_SERVICE_NOT_CONFIGURED` naming the configured ones
   */
  settings(service: string): ServiceConfig {
    const settings = this.#config.services[service];
    if (settings) return settings;
    const known = Object.keys(this.#config.services).join(', ') || 'none';
    throw new HeadroomError(
      `The service "${service}" is not configured (configured: ${known}). Add it to "services" in headroom.config.yaml.`,
      { code: 'HEADROOM_SERVICE_NOT_CONFIGURED' },
    );
  }

  /** Team that owns a service; undefined for one that is not configured. */
  teamOf(service: string): string | undefined {
    return this.#config.services[service]?.team;
  }

  /**
   * Where a service's repository is, as git takes it.
   * @throws HeadroomError `HEADROOM_SERVICE_NOT_CONFIGURED`
   */
  location(service: string): string {
    return repositoryLocation(this.settings(service), this.#locations);
  }

  /** The teams that own services, each once. */
  get teams(): string[] {
    return teamsOf(this.#config);
  }

  /** Folder of the mirrors. */
  get cacheDir(): string {
    return this.#cacheDir;
  }

  /**
   * The settings and a fresh mirror of a service's repository.
   * @throws HeadroomError `HEADROOM_SERVICE_NOT_CONFIGURED`, `HEADROOM_REPOSITORY_UNREADABLE`
   */
  async open(service: string, signal?: AbortSignal): Promise<ServiceRepository> {
    const settings = this.settings(service);
    const location = this.location(service);
    const mirror = await openMirror({
      location,
      cacheDir: this.#cacheDir,
      blames: this.#blames,
      ...(signal ? { signal } : {}),
    });
    const { minimumEffect } = verificationOf(this.#config, settings);
    const { policy, repository } = settings;
    return {
      settings,
      mirror,
      policy: async () => tightenedPolicy({ policy, minimumEffect }, await targetPolicies(mirror, repository)),
    };
  }
}

async function targetPolicies(
  mirror: GitMirror,
  { branch, path }: ServiceConfig['repository'],
): Promise<TargetPolicy[]> {
  const commit = await mirror.resolve(`refs/heads/${branch}`);
  const folders = [...new Set(['', path])];
  const files = folders.flatMap((folder) => TARGET_POLICY_FILES.map((name) => join(folder, name)));
  const found: TargetPolicy[] = [];
  for (const file of files) {
    // Read first from the listing: what is there and is no regular file must not count as missing.
    if ((await mirror.listFiles(commit, file)).length === 0) continue;
    const text = await mirror.readFile(commit, file);
    if (text === undefined) throw unreadableTargetPolicy(file);
    found.push(parseTargetPolicy(text, file));
  }
  return found;
}

const STOPS: Partial<Record<string, string>> = {
  HEADROOM_SERVICE_NOT_CONFIGURED: 'service-not-configured',
  HEADROOM_REPOSITORY_UNREADABLE: 'repository-unreadable',
  HEADROOM_TARGET_POLICY_INVALID: 'target-policy-invalid',
};

/**
 * A failure of {@link ServiceRepositories} as the reason why a case stops: a person has to mend it. Throws any other error
 * again, and one that may be over at the next try.
 */
export function repositoryStop(error: unknown): Stop {
  if (!(error instanceof HeadroomError) || error.retryable) throw error;
  const reason = STOPS[error.code];
  if (reason === undefined) throw error;
  return { reason, message: error.message };
}

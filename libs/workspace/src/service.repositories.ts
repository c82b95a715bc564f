import { HeadroomError, teamsOf, type Stop } from '@headroom/contracts';
import { repositoryLocation, type ConfigLocations, type HeadroomConfig, type ServiceConfig } from '@headroom/platform';
import { openMirror, type GitMirror } from './git/index.js';

/** A configured service with its repository. */
export interface ServiceRepository {
  settings: ServiceConfig;
  mirror: GitMirror;
}

/** Opens the repositories that the configuration names. */
export class ServiceRepositories {
  readonly #config: HeadroomConfig;
  readonly #locations: ConfigLocations;
  readonly #cacheDir: string;

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
    const mirror = await openMirror({ location, cacheDir: this.#cacheDir, ...(signal ? { signal } : {}) });
    return { settings, mirror };
  }
}

const STOPS: Partial<Record<string, string>> = {
  HEADROOM_SERVICE_NOT_CONFIGURED: 'service-not-configured',
  HEADROOM_REPOSITORY_UNREADABLE: 'repository-unreadable',
};

/**
 * A failure of {@link ServiceRepositories} as the reason why a case stops: a person has to mend it. Throws any other error
 * again.
 */
export function repositoryStop(error: unknown): Stop {
  const reason = error instanceof HeadroomError ? STOPS[error.code] : undefined;
  if (reason === undefined) throw error;
  return { reason, message: (error as HeadroomError).message };
}

import { join } from 'node:path';
import type { HeadroomConfig } from '@headroom/platform';
import { suggestNames } from '@headroom/source';
import type { ServiceRepositories, ServiceRepository } from '@headroom/workspace';
import { ToolError } from '../tool.js';
import type { CodeRepository, CodeSource } from './code.port.js';
import { ExportedFiles } from './exported.files.js';

/** How long a mirror counts as up to date; a commit that it does not know has it fetched at once. */
const FRESH_MS = 10_000;
/** Longest that a fetch may take. It outlives the call that began it, so that the next one finds what it brought. */
const FETCH_LIMIT_MS = 300_000;

/** The repositories of the configured services, as mirrors on this machine. */
export class GitCodeSource implements CodeSource {
  readonly #repositories: ServiceRepositories;
  /** Name of a repository → a service that lives in it. */
  readonly #services: ReadonlyMap<string, string>;
  readonly #files: ExportedFiles;
  readonly #opened = new Map<string, { at: number; repository: Promise<ServiceRepository> }>();

  constructor(parts: { config: Pick<HeadroomConfig, 'services'>; repositories: ServiceRepositories }) {
    this.#repositories = parts.repositories;
    this.#services = new Map(
      Object.entries(parts.config.services).map(([service, { repository }]) => [repository.name, service]),
    );
    this.#files = new ExportedFiles(join(parts.repositories.cacheDir, 'files'));
  }

  repositories(): string[] {
    return [...this.#services.keys()].sort();
  }

  async open(repository: string, signal: AbortSignal, { fresh = false } = {}): Promise<CodeRepository> {
    const service = this.#services.get(repository);
    if (service === undefined) {
      const known = this.repositories();
      const near = suggestNames(known, repository);
      const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known are ${known.join(', ') || 'none'}.`;
      throw new ToolError(`There is no repository "${repository.slice(0, 100)}"; ${hint}`);
    }
    const { settings, mirror } = await this.#open(service, fresh);
    const { branch } = settings.repository;
    return { name: repository, mirror: mirror.withSignal(signal), baseBranch: branch, team: settings.team };
  }

  async #open(service: string, fresh: boolean): Promise<ServiceRepository> {
    const known = this.#opened.get(service);
    if (known && !fresh && Date.now() - known.at < FRESH_MS) return await known.repository;
    const repository = this.#repositories.open(service, AbortSignal.timeout(FETCH_LIMIT_MS));
    this.#opened.set(service, { at: Date.now(), repository });
    try {
      return await repository;
    } catch (error) {
      if (this.#opened.get(service)?.repository === repository) this.#opened.delete(service);
      throw error;
    }
  }

  files({ mirror }: CodeRepository, commit: string): Promise<string> {
    return this.#files.of(mirror.withSignal(AbortSignal.timeout(FETCH_LIMIT_MS)), commit);
  }
}

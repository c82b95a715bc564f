import { join } from 'node:path';
import type { HeadroomConfig } from '@headroom/platform';
import { suggestNames } from '@headroom/source';
import type { ServiceRepositories } from '@headroom/workspace';
import { ToolError } from '../tool.js';
import type { CodeRepository, CodeSource } from './code.port.js';
import { ExportedFiles } from './exported.files.js';

/** The repositories of the configured services, as mirrors on this machine. */
export class GitCodeSource implements CodeSource {
  readonly #repositories: ServiceRepositories;
  /** Name of a repository → a service that lives in it. */
  readonly #services: ReadonlyMap<string, string>;
  readonly #files: ExportedFiles;

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

  async open(repository: string, signal: AbortSignal): Promise<CodeRepository> {
    const service = this.#services.get(repository);
    if (service === undefined) {
      const known = this.repositories();
      const near = suggestNames(known, repository);
      const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known are ${known.join(', ') || 'none'}.`;
      throw new ToolError(`There is no repository "${repository.slice(0, 100)}"; ${hint}`);
    }
    const { settings, mirror } = await this.#repositories.open(service, signal);
    return { name: repository, mirror, baseBranch: settings.repository.branch, team: settings.team };
  }

  files({ mirror }: CodeRepository, commit: string): Promise<string> {
    return this.#files.of(mirror, commit);
  }
}

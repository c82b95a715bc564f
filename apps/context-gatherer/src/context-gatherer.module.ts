import type { ServiceRepositories } from '@headroom/workspace';
import { Module, type DynamicModule } from '@nestjs/common';
import { ContextGathererController } from './context-gatherer.controller.js';
import { CONFIGURATION, REPOSITORIES, type Configuration } from './tokens.js';

/** Wires the context-gatherer. */
@Module({})
export class ContextGathererModule {
  static register(options: Configuration & { repositories: ServiceRepositories }): DynamicModule {
    const { repositories, config, locations, env } = options;
    return {
      module: ContextGathererModule,
      controllers: [ContextGathererController],
      providers: [
        { provide: REPOSITORIES, useValue: repositories },
        { provide: CONFIGURATION, useValue: { config, locations, env } },
      ],
    };
  }
}

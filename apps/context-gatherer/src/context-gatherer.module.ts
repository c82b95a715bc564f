import type { ServiceRepositories } from '@headroom/workspace';
import { Module, type DynamicModule } from '@nestjs/common';
import { ContextGathererController } from './context-gatherer.controller.js';
import { REPOSITORIES } from './tokens.js';

/** Wires the context-gatherer. */
@Module({})
export class ContextGathererModule {
  static register(options: { repositories: ServiceRepositories }): DynamicModule {
    return {
      module: ContextGathererModule,
      controllers: [ContextGathererController],
      providers: [{ provide: REPOSITORIES, useValue: options.repositories }],
    };
  }
}

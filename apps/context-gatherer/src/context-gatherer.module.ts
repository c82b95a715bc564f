import type { ServiceRepositories } from '@headroom/workspace';
import { Module, type DynamicModule } from '@nestjs/common';
import type { SkillsPlace } from '@headroom/skills';
import { ContextGathererController } from './context-gatherer.controller.js';
import { OpportunityScanner } from './opportunities/opportunity.scanner.js';
import { ScanController } from './opportunities/scan.controller.js';
import { CONFIGURATION, REPOSITORIES, SKILLS_DIR, type Configuration } from './tokens.js';

/** Wires the context-gatherer. */
@Module({})
export class ContextGathererModule {
  static register(
    options: Configuration & {
      repositories: ServiceRepositories;
      /** The catalogue. */
      skillsDir: SkillsPlace;
    },
  ): DynamicModule {
    const { repositories, skillsDir, config, locations, env } = options;
    return {
      module: ContextGathererModule,
      controllers: [ContextGathererController, ScanController],
      providers: [
        { provide: REPOSITORIES, useValue: repositories },
        { provide: SKILLS_DIR, useValue: skillsDir },
        { provide: CONFIGURATION, useValue: { config, locations, env } },
        OpportunityScanner,
      ],
    };
  }
}

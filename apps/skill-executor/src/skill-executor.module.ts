import type { ServiceRepositories } from '@headroom/workspace';
import { CommandController } from '@headroom/runtime/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import type { SkillsPlace } from '@headroom/skills';
import { SkillExecutorController } from './skill-executor.controller.js';
import { REPOSITORIES, SKILLS_DIR } from './tokens.js';

/** Wires the skill-executor. */
@Module({})
export class SkillExecutorModule {
  static register(options: {
    repositories: ServiceRepositories;
    /** The catalogue. */
    skillsDir: SkillsPlace;
  }): DynamicModule {
    return {
      module: SkillExecutorModule,
      controllers: [SkillExecutorController, CommandController],
      providers: [
        { provide: REPOSITORIES, useValue: options.repositories },
        { provide: SKILLS_DIR, useValue: options.skillsDir },
      ],
    };
  }
}

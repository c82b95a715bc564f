import type { SkillsPlace } from '@headroom/skills';
import type { ServiceRepositories } from '@headroom/workspace';
import { CommandController } from '@headroom/runtime/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import type { ModelAccess } from './model.draft.js';
import { SkillExecutorController } from './skill-executor.controller.js';
import { MODEL, REPOSITORIES, SKILLS_DIR, WORK_DIR } from './tokens.js';

/** Wires the skill-executor. */
@Module({})
export class SkillExecutorModule {
  static register(options: {
    repositories: ServiceRepositories;
    /** The catalogue. */
    skillsDir: SkillsPlace;
    /** For the checkouts that a model edits; each is removed when its case is done. */
    workDir: string;
    /** The model. Absent = cases that need one wait. */
    model?: ModelAccess | undefined;
  }): DynamicModule {
    return {
      module: SkillExecutorModule,
      controllers: [SkillExecutorController, CommandController],
      providers: [
        { provide: REPOSITORIES, useValue: options.repositories },
        { provide: SKILLS_DIR, useValue: options.skillsDir },
        { provide: WORK_DIR, useValue: options.workDir },
        { provide: MODEL, useValue: { access: options.model } },
      ],
    };
  }
}

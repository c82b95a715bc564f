import type { TrustedKeys } from '@headroom/verification';
import type { ServiceRepositories } from '@headroom/workspace';
import { Module, type DynamicModule } from '@nestjs/common';
import { PrWriterController } from './pr-writer.controller.js';
import { TeamTopicsController } from './team-topics.controller.js';
import { PROPOSALS_DIR, REPOSITORIES, TRUSTED_KEYS } from './tokens.js';

/** Wires the pr-writer. */
@Module({})
export class PrWriterModule {
  static register(options: {
    repositories: ServiceRepositories;
    /** Keys of the verifiers that are believed. */
    trustedKeys: TrustedKeys;
    /** Folder of the local forge's proposals. */
    proposalsDir: string;
  }): DynamicModule {
    return {
      module: PrWriterModule,
      controllers: [PrWriterController, TeamTopicsController],
      providers: [
        { provide: REPOSITORIES, useValue: options.repositories },
        { provide: TRUSTED_KEYS, useValue: options.trustedKeys },
        { provide: PROPOSALS_DIR, useValue: options.proposalsDir },
      ],
    };
  }
}

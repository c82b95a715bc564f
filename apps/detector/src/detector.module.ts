import { Module, type DynamicModule } from '@nestjs/common';
import type { HeadroomConfig } from '@headroom/platform';
import { DetectorController } from './detector.controller.js';
import { CONFIG } from './tokens.js';

/** Wires the detector. */
@Module({})
export class DetectorModule {
  static register(options: { config: HeadroomConfig }): DynamicModule {
    return {
      module: DetectorModule,
      controllers: [DetectorController],
      providers: [{ provide: CONFIG, useValue: options.config }],
    };
  }
}

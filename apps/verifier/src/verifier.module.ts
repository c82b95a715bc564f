import { CommandController } from '@headroom/runtime/nest';
import { Module, type DynamicModule } from '@nestjs/common';
import { SETTINGS } from './tokens.js';
import { VerifierController } from './verifier.controller.js';
import type { VerifierSettings } from './verifier.settings.js';

/** Wires the verifier. */
@Module({})
export class VerifierModule {
  static register(settings: VerifierSettings): DynamicModule {
    return {
      module: VerifierModule,
      controllers: [VerifierController, CommandController],
      providers: [{ provide: SETTINGS, useValue: settings }],
    };
  }
}

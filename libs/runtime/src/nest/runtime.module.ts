import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Logger } from '@headroom/platform';
import type { BlobStore } from '../blobs/blob.port.js';
import { Runtime, type RuntimeParts } from '../delivery/runtime.js';
import { EventPublisher } from '../events/publisher.js';
import { ProbeController } from './probe.controller.js';
import { RestoreErrorFilter } from './restore-error.filter.js';

/** Injects the `BlobStore`. */
export const BLOB_STORE = Symbol('BlobStore');
/** Injects the `KeyValueStore`. */
export const KEY_VALUE_STORE = Symbol('KeyValueStore');
/** Injects the `Logger` of the stage, with its group. */
export const LOGGER = Symbol('Logger');

/** What a stage is made from, besides its module. */
export interface StageParts extends Omit<RuntimeParts, 'group'> {
  blobs: BlobStore;
}

/**
 * Global module of a stage: `Runtime`, `EventPublisher` (inject by class), {@link BLOB_STORE}, {@link KEY_VALUE_STORE},
 * {@link LOGGER}, and the filter that lets errors through.
 */
@Module({})
export class RuntimeModule {
  static register(options: { group: string; parts: StageParts; runtime?: Runtime }): DynamicModule {
    const { group, parts } = options;
    const logger: Logger = parts.logger.child({ group });
    const runtime = options.runtime ?? new Runtime({ ...parts, group });
    const providers = [
      { provide: Runtime, useValue: runtime },
      { provide: EventPublisher, useValue: runtime.publisher },
      { provide: BLOB_STORE, useValue: parts.blobs },
      { provide: KEY_VALUE_STORE, useValue: parts.store },
      { provide: LOGGER, useValue: logger },
    ];
    return {
      module: RuntimeModule,
      global: true,
      controllers: [ProbeController],
      providers: [...providers, { provide: APP_FILTER, useClass: RestoreErrorFilter }],
      exports: providers.map((each) => each.provide),
    };
  }
}

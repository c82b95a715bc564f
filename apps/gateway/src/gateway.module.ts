import type { Logger } from '@headroom/platform';
import { EventPublisher, type BlobStore, type KeyValueStore, type ReadableLog } from '@headroom/runtime';
import type { TrustedKeys } from '@headroom/verification';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Registry } from 'prom-client';
import { CaseQueries } from './case.queries.js';
import { DeadLetterQueries } from './dead-letter.queries.js';
import { EventController } from './event.controller.js';
import { HealthController } from './health.controller.js';
import { Intake } from './intake.service.js';
import { ProblemFilter } from './problem.filter.js';
import { ProjectorController } from './projector.controller.js';
import { QueryController } from './query.controller.js';
import { ACCESS_TOKEN, BLOBS, HOST_STATUS, METRICS, TRUSTED_KEYS, type HostStatus } from './tokens.js';

/** What a gateway is made from. */
export interface GatewayParts {
  log: ReadableLog;
  store: KeyValueStore;
  blobs: BlobStore;
  trustedKeys: TrustedKeys;
  logger: Logger;
  registry: Registry;
  status: HostStatus;
  /** Whoever knows it may use the API. */
  token: string;
}

/** The HTTP side of the gateway. */
@Module({})
export class GatewayModule {
  static register(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [EventController, QueryController, HealthController],
      providers: [
        { provide: BLOBS, useValue: parts.blobs },
        { provide: HOST_STATUS, useValue: parts.status },
        { provide: METRICS, useValue: parts.registry },
        { provide: ACCESS_TOKEN, useValue: parts.token },
        { provide: Intake, useValue: new Intake(new EventPublisher(parts.log, { source: '/headroom/gateway' })) },
        { provide: CaseQueries, useValue: new CaseQueries(parts) },
        { provide: DeadLetterQueries, useValue: new DeadLetterQueries(parts.log) },
        { provide: APP_FILTER, useValue: new ProblemFilter(parts.logger) },
      ],
    };
  }
}

/** The projector: a stage of its own group in the gateway's process. */
@Module({})
export class ProjectorModule {
  static register(options: { trustedKeys: TrustedKeys }): DynamicModule {
    return {
      module: ProjectorModule,
      controllers: [ProjectorController],
      providers: [{ provide: TRUSTED_KEYS, useValue: options.trustedKeys }],
    };
  }
}

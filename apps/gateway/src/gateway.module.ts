import type { Audience } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import type { Logger } from '@headroom/platform';
import { EventPublisher, type BlobStore, type KeyValueStore, type ReadableLog } from '@headroom/runtime';
import type { TrustedKeys } from '@headroom/verification';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Registry } from 'prom-client';
import { BlobController } from './events/blob.controller.js';
import { CaseCommands } from './cases/case.commands.js';
import { CaseController } from './cases/case.controller.js';
import { CaseDossiers } from './cases/case.dossiers.js';
import { CaseFeed, type CaseFeedTiming } from './cases/case.feed.js';
import { CaseQueries } from './cases/case.queries.js';
import { CommandController } from './cases/command.controller.js';
import { DossierController } from './cases/dossier.controller.js';
import { DeadLetterController } from './dead-letters/dead-letter.controller.js';
import { DeadLetterQueries } from './dead-letters/dead-letter.queries.js';
import { EventController } from './events/event.controller.js';
import type { PullPlan } from './pulling/profile.puller.js';
import { HealthController } from './http/health.controller.js';
import { Intake } from './events/intake.service.js';
import { OpenApiController } from './http/openapi.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { OpportunityController } from './opportunities/opportunity.controller.js';
import { OpportunityQueries } from './opportunities/opportunity.queries.js';
import { ChangeController } from './profiles/change.controller.js';
import { ProfileController } from './profiles/profile.controller.js';
import { Profiles, type SourceOf } from './profiles/profile.service.js';
import { ProjectorController } from './cases/projector.controller.js';
import { BLOBS, CHANGES, HOST_STATUS, METRICS, TRUSTED_KEYS, type HostStatus } from './tokens.js';

/** What a gateway is made from. */
export interface GatewayParts {
  log: ReadableLog;
  store: KeyValueStore;
  blobs: BlobStore;
  trustedKeys: TrustedKeys;
  logger: Logger;
  registry: Registry;
  status: HostStatus;
  /** Whoever knows it may use the API; undefined = this machine only, and anybody on it. */
  token?: string;
  /** Whose events are taken over HTTP. @default ['outsiders'] */
  audiences?: readonly Audience[];
  /** Team that owns a service. @default known of none */
  teamOf?: (service: string) => string | undefined;
  /** Code of services, to resolve the frames of uploaded profiles. @default only what comes along with a profile */
  sourceOf?: SourceOf;
  /** Sources of profiles that are asked on a schedule. @default none */
  pull?: PullPlan;
  /** How often listeners of live updates are served. */
  updates?: CaseFeedTiming;
}

function providersOf(parts: GatewayParts): Provider[] {
  const { log, store, blobs, logger, audiences } = parts;
  const publisher = new EventPublisher(log, { source: '/headroom/gateway' });
  const intake = new Intake(publisher, { audiences });
  const queries = new CaseQueries(parts);
  const changes = new ServiceIndex(store);
  return [
    { provide: BLOBS, useValue: blobs },
    { provide: HOST_STATUS, useValue: parts.status },
    { provide: METRICS, useValue: parts.registry },
    { provide: Intake, useValue: intake },
    { provide: Profiles, useValue: new Profiles({ intake, blobs, changes, sourceOf: parts.sourceOf }) },
    { provide: CHANGES, useValue: changes },
    { provide: CaseQueries, useValue: queries },
    { provide: OpportunityQueries, useValue: new OpportunityQueries(store) },
    { provide: CaseDossiers, useValue: new CaseDossiers({ cases: queries, blobs }) },
    { provide: CaseCommands, useValue: new CaseCommands(queries, publisher) },
    { provide: CaseFeed, useValue: new CaseFeed({ store, queries, logger, ...parts.updates }) },
    { provide: DeadLetterQueries, useValue: new DeadLetterQueries({ log, store }) },
    { provide: APP_FILTER, useValue: new ProblemFilter(logger) },
  ];
}

/** The HTTP side of the gateway. */
@Module({})
export class GatewayModule {
  static register(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        EventController,
        BlobController,
        ProfileController,
        ChangeController,
        CaseController,
        DossierController,
        CommandController,
        OpportunityController,
        DeadLetterController,
        HealthController,
        OpenApiController,
      ],
      providers: providersOf(parts),
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

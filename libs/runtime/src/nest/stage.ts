import 'reflect-metadata';
import { HeadroomError } from '@headroom/contracts';
import { Module, type Abstract, type DynamicModule, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Runtime, type RuntimeStatus } from '../delivery/runtime.js';
import type { AnyContract } from '../delivery/subscription.js';
import { HeadroomStrategy } from './headroom.strategy.js';
import { NestLogger } from './nest.logger.js';
import { RuntimeModule, type StageParts } from './runtime.module.js';

/** Options of {@link createStage}. */
export interface StageOptions extends StageParts {
  /** Consumer group: the stage's name, exactly. */
  group: string;
  /** Contracts that exist. @default the registry of `@headroom/contracts` */
  contracts?: readonly AnyContract[];
}

/** A stage: a Nest module whose controllers are bound to one group. */
export interface Stage {
  readonly group: string;
  readonly runtime: Runtime;
  readonly status: RuntimeStatus;
  /**
   * Boots the module, checks handlers against contracts, joins the group.
   * @throws HeadroomError `HEADROOM_BOOT` naming the fix
   */
  start(): Promise<void>;
  /** Drains, leaves the group, then runs the shutdown hooks. Idempotent. */
  close(): Promise<void>;
  /** A provider of the started stage. */
  get<Provider>(token: Type<Provider> | Abstract<Provider> | string | symbol): Provider;
}

@Module({})
class StageRoot {}

async function boot(
  stageModule: Type<unknown> | DynamicModule,
  options: StageOptions,
  runtime: Runtime,
): Promise<INestMicroservice> {
  const { group, contracts, ...parts } = options;
  const root = { module: StageRoot, imports: [RuntimeModule.register({ group, parts, runtime }), stageModule] };
  return NestFactory.createMicroservice<MicroserviceOptions>(root, {
    strategy: new HeadroomStrategy({ runtime, contracts }),
    logger: new NestLogger(parts.logger),
    abortOnError: false,
  });
}

/** Makes a stage of a Nest module; nothing runs before `start`. */
export function createStage(stageModule: Type<unknown> | DynamicModule, options: StageOptions): Stage {
  const { group, contracts: _contracts, ...parts } = options;
  const runtime = new Runtime({ ...parts, group });
  let app: INestMicroservice | undefined;
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function start(): Promise<void> {
    app = await boot(stageModule, options, runtime);
    await app.listen();
  }

  async function close(): Promise<void> {
    // A failed start has told its caller; what it left behind is closed here all the same.
    await starting?.catch(() => undefined);
    if (app) await app.close();
    else await runtime.close();
  }

  return {
    group,
    runtime,
    get status() {
      return runtime.status;
    },
    start: () => (starting ??= start()),
    close: () => (closing ??= close()),
    get: (token) => {
      if (!app) throw new HeadroomError(`Start the stage ${group} first`, { code: 'HEADROOM_STAGE_NOT_STARTED' });
      return app.get(token, { strict: false });
    },
  };
}

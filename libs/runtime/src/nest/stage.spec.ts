import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Catch, Controller, Inject, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import { of } from 'rxjs';
import {
  caseCommanded,
  contextGathered,
  findingOpened,
  HeadroomError,
  topicOf,
  type Context,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';
import { createLogger, type Logger } from '@headroom/platform';
import { eventually } from '../contract-suites/eventually.js';
import {
  EventPublisher,
  listDeadLetters,
  openMemory,
  type AnyContract,
  type BlobStore,
  type EmbeddedParts,
  type KeyValueStore,
  type StreamContext,
  type StreamItem,
  type TaskContext,
} from '../index.js';
import {
  BLOB_STORE,
  CommandController,
  createStage,
  KEY_VALUE_STORE,
  LOGGER,
  Subscribe,
  SubscribeStream,
  type Stage,
} from './index.js';

const seen: string[] = [];

@Controller()
class GathererController {
  constructor(
    private readonly publisher: EventPublisher,
    @Inject(BLOB_STORE) private readonly blobs: BlobStore,
    @Inject(KEY_VALUE_STORE) private readonly store: KeyValueStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Subscribe(findingOpened, { mode: 'task', backoffMs: 1, maxBackoffMs: 2 })
  async gather(event: HeadroomEvent<Finding>, context: TaskContext): Promise<void> {
    this.logger.debug('gathering');
    if (event.data.service === 'refused') throw new HeadroomError('no such service', { code: 'HEADROOM_TEST_REFUSED' });
    if (context.deliveryAttempt === 1)
      throw new HeadroomError('later', { code: 'HEADROOM_TEST_LATER', retryable: true });
    const dossier = await this.blobs.put(Buffer.from('{}'), 'application/json');
    await this.store.put('dossier', dossier.sha256);
    const data = { ...contextGathered.example, case: { ...event.data.case, step: 'context.1', causationId: event.id } };
    await context.publish(contextGathered, data, { step: 'context.1' });
    expect(this.publisher).toBeInstanceOf(EventPublisher);
  }
}

@Module({ controllers: [GathererController] })
class GathererModule {}

@Controller()
class ProjectorController {
  @SubscribeStream([findingOpened, contextGathered])
  fold(batch: readonly StreamItem[], context: StreamContext): void {
    for (const { event } of batch) {
      seen.push(event.type);
      context.put((event.data as Context).case.caseId, event.type);
    }
  }
}

@Module({ controllers: [ProjectorController] })
class ProjectorModule {}

const logger = createLogger({ level: 'silent' });
const own = [
  { ...findingOpened, consumers: ['context-gatherer', 'projector'] },
  { ...contextGathered, consumers: ['projector'] },
] as readonly AnyContract[];

let parts: EmbeddedParts;
let stages: Stage[];

function stage(module: Type<unknown>, group: string, contracts: readonly AnyContract[] = own): Stage {
  const made = createStage(module, { ...parts, group, logger, contracts });
  stages.push(made);
  return made;
}

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(own.map(topicOf));
  stages = [];
  seen.length = 0;
});

afterEach(async () => {
  for (const each of stages) await each.close();
  await parts.close();
});

describe('a stage', () => {
  it('delivers to decorated controllers, keeps thrown errors whole, and publishes what follows', async () => {
    const gatherer = stage(GathererModule, 'context-gatherer');
    await gatherer.start();
    await stage(ProjectorModule, 'projector').start();
    const publisher = gatherer.get(EventPublisher);

    await publisher.publish(findingOpened, findingOpened.example);
    await publisher.publish(findingOpened, { ...findingOpened.example, service: 'refused' });

    await eventually(() => {
      expect(seen.filter((type) => type === contextGathered.type)).toHaveLength(1);
      expect(seen.filter((type) => type === findingOpened.type)).toHaveLength(2);
    });
    await eventually(async () => {
      expect(await listDeadLetters(parts.log)).toMatchObject([
        { group: 'context-gatherer', errorCode: 'HEADROOM_TEST_REFUSED', reason: 'permanent', attempts: 1 },
      ]);
    });
    expect(gatherer.status).toBe('RUNNING');

    await gatherer.close();

    expect(gatherer.status).toBe('STOPPED');
  });

  it('obeys commands about a case with the shared controller', async () => {
    @Module({ controllers: [GathererController, CommandController] })
    class ObeyingModule {}
    const commanded = { ...caseCommanded, consumers: ['context-gatherer'] } as unknown as AnyContract;
    await parts.log.ensureTopics([topicOf(caseCommanded)]);
    const gatherer = stage(ObeyingModule, 'context-gatherer', [...own, commanded]);
    await gatherer.start();
    await stage(ProjectorModule, 'projector').start();
    const publisher = gatherer.get(EventPublisher);
    const other = { ...findingOpened.example.case, caseId: 'opp-00000000000000000000' };

    await publisher.publish(caseCommanded, { ...caseCommanded.example, command: 'dismiss' as const });
    await eventually(async () => expect(await parts.store.list('orders:context-gatherer:')).toHaveLength(1));
    await publisher.publish(findingOpened, findingOpened.example);
    await publisher.publish(findingOpened, { ...findingOpened.example, case: other });

    await eventually(() => expect(seen.filter((type) => type === contextGathered.type)).toHaveLength(1));
    await eventually(async () => {
      expect((await parts.log.lag('context-gatherer')).every(({ lag }) => lag === 0n)).toBe(true);
    });
    expect(seen.filter((type) => type === contextGathered.type)).toHaveLength(1);
  });

  it('does not start with two handlers for one contract', async () => {
    @Controller()
    class Second {
      @Subscribe(findingOpened)
      again(_event: HeadroomEvent<Finding>): void {}
    }
    @Module({ controllers: [GathererController, Second] })
    class Twice {}

    await expect(stage(Twice, 'context-gatherer').start()).rejects.toThrow(
      /two handlers for headroom\.finding\.opened\.v1/,
    );
  });

  it('does not start when a contract that names the group has no handler', async () => {
    await expect(stage(GathererModule, 'projector').start()).rejects.toThrow(
      /no handler for headroom\.context\.gathered\.v1.*add @Subscribe/,
    );
  });

  it('does not start with a handler of an unknown topic', async () => {
    const unknown = { ...findingOpened, topic: 'headroom.other.thing.v1' };
    @Controller()
    class Other {
      @Subscribe(unknown as never)
      other(): void {}
    }
    @Module({ controllers: [Other] })
    class OtherModule {}

    await expect(stage(OtherModule, 'other').start()).rejects.toThrow(
      /headroom\.other\.thing\.v1 is of no known contract/,
    );
  });

  it('does not start with a handler that names no contract', async () => {
    @Controller()
    class Plain {
      // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- picks the overload that takes any method
      @EventPattern<string>('something')
      plain(): void {}
    }
    @Module({ controllers: [Plain] })
    class PlainModule {}

    await expect(stage(PlainModule, 'other').start()).rejects.toThrow(/use @Subscribe\(contract\)/);
  });

  it('does not start when errors of handlers do not come through', async () => {
    @Catch()
    class Swallow {
      catch() {
        return of('fine');
      }
    }
    @Module({ controllers: [GathererController], providers: [{ provide: APP_FILTER, useClass: Swallow }] })
    class SwallowModule {}

    await expect(stage(SwallowModule, 'context-gatherer').start()).rejects.toThrow(/RestoreErrorFilter/);
  });
});

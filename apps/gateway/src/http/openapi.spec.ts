import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  changeDeployed,
  draftConcluded,
  exampleEvent,
  serviceAssessed,
  sha256,
  type EventContract,
} from '@headroom/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createLogger } from '@headroom/platform';
import { openMemory } from '@headroom/runtime';
import { Registry } from 'prom-client';
import { GatewayModule } from '../gateway.module.js';
import {
  caseSchema,
  casesSchema,
  deadLettersSchema,
  intakeSchema,
  problemSchema,
  servicesSchema,
  timelineSchema,
} from './answer.schemas.js';
import { openApiDocument } from './openapi.document.js';
import { expressPath } from './route.decorator.js';
import { caseId, draftOf } from '../testing/case.events.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';
import type { z } from 'zod';

jest.setTimeout(60_000);

type Operation = { operationId: string; responses: Record<string, unknown>; requestBody?: { content: object } };
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } };

/** What Express has of a route. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

async function routesOfApp(): Promise<string[]> {
  const parts = await openMemory();
  const logger = createLogger({ level: 'silent' });
  const module = GatewayModule.register({
    ...parts,
    logger,
    trustedKeys: new Map(),
    registry: new Registry(),
    status: () => [],
  });
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: false });
  await app.init();
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  await app.close();
  await parts.close();
  return router.stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method} ${route.path}`) : [],
  );
}

describe('GET /v1/openapi.json', () => {
  let world: GatewayWorld;
  let document: Document;
  beforeAll(async () => {
    world = await GatewayWorld.open({ audiences: ['outsiders', 'headroom'], teamOf: () => 'search' });
    document = (await (await world.call('GET', '/v1/openapi.json')).json()) as Document;
    await world.publish(draftOf(caseId(1)));
    await world.publish(exampleEvent(serviceAssessed as EventContract));
    const { topic } = draftConcluded;
    await world.parts.log.append([{ topic, key: null, value: Buffer.from('no event'), headers: [] }]);
    for (const path of [`/v1/cases/${caseId(1)}/timeline`, '/v1/services', '/v1/dead-letters']) {
      await eventually(path, async () =>
        (await (await world.call('GET', path)).text()).length > 100 ? true : undefined,
      );
    }
  });
  afterAll(() => world.close());

  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator();

    const result = await validator.validate(structuredClone(document));

    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('describes every route of the app, and no other', async () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${expressPath(path)}`),
    );

    expect(described.toSorted()).toEqual((await routesOfApp()).toSorted());
  });

  it('holds the schema of each event that outsiders send, and of no other', () => {
    expect(Object.keys(document.components.schemas)).toEqual([
      'measurement.recorded',
      'profile.recorded',
      'change.deployed',
      'signal.raised',
      'scan.requested',
      'EventData',
      'CloudEvent',
      'CloudEventBatch',
      'Problem',
    ]);
  });

  it('says how each failure is answered', () => {
    const operation = document.paths['/v1/events']?.['post'];

    expect(Object.keys(operation?.responses ?? {}).toSorted()).toEqual([
      '202',
      '207',
      '400',
      '401',
      '403',
      '413',
      '415',
    ]);
    expect(JSON.stringify(operation?.responses['413'])).toContain('HEADROOM_EVENT_TOO_LARGE');
  });

  it.each<[string, z.ZodType, () => Promise<Response>]>([
    ['what is taken', intakeSchema, () => world.publish(exampleEvent(changeDeployed as EventContract))],
    ['a problem', problemSchema, () => world.publish({})],
    [
      'a refused batch',
      problemSchema,
      () =>
        world.call('POST', '/v1/events', {
          body: '[{}]',
          headers: { 'content-type': 'application/cloudevents-batch+json' },
        }),
    ],
    ['an absent blob', problemSchema, () => world.call('GET', `/v1/blobs/${sha256('?')}`)],
    ['cases', casesSchema, () => world.call('GET', '/v1/cases')],
    ['a case', caseSchema, () => world.call('GET', `/v1/cases/${caseId(1)}`)],
    ['a timeline', timelineSchema, () => world.call('GET', `/v1/cases/${caseId(1)}/timeline`)],
    ['services', servicesSchema, () => world.call('GET', '/v1/services')],
    ['dead letters', deadLettersSchema, () => world.call('GET', '/v1/dead-letters')],
  ])('describes every field of %s', async (_, schema, ask) => {
    const answer: unknown = await (await ask()).json();

    expect(schema.parse(answer)).toEqual(answer);
  });
});

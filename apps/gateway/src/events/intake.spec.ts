import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  changeDeployed,
  exampleEvent,
  findingOpened,
  measurementRecorded,
  type EventContract,
} from '@headroom/contracts';
import { GatewayWorld, headerOf } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const change = exampleEvent(changeDeployed as EventContract);
const finding = exampleEvent(findingOpened as EventContract);
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.open();
});
afterAll(() => world.close());

async function recordOf(id: string) {
  return (await world.records(changeDeployed)).find((record) => headerOf(record, 'ce_id') === id);
}

function binary(id: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-source': '/ci',
    'ce-type': changeDeployed.type,
    ...more,
  };
}

describe('POST /v1/events', () => {
  it('takes an event in structured mode and has it in the log when it answers', async () => {
    const response = await world.publish({ ...change, id: 'structured' });

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: [{ index: 0, id: 'structured', type: changeDeployed.type }],
      refused: [],
    });
    expect((await recordOf('structured'))?.key?.toString()).toBe('web');
  });

  it('takes the data as the body and the attributes as headers in binary mode, percent-decoded', async () => {
    const body = JSON.stringify(changeDeployed.example);
    const headers = binary('binary', { 'ce-subject': 'caf%C3%A9%20%22au%20lait%22', 'ce-region': 'eu' });

    const response = await world.call('POST', '/v1/events', { body, headers });
    const record = await recordOf('binary');

    expect(response.status).toBe(202);
    expect(headerOf(record, 'ce_subject')).toBe('café "au lait"');
    expect(headerOf(record, 'ce_region')).toBe('eu');
    expect(JSON.parse(String(record?.value))).toEqual(changeDeployed.example);
  });

  it('takes the good ones of a batch and tells of the others where and why', async () => {
    const bad = { ...change, id: 'bad', data: { ...(change['data'] as object), deployedAt: 'yesterday' } };
    const body = JSON.stringify([{ ...change, id: 'good' }, bad, 'no object', { ...change, id: 'better' }]);

    const response = await world.call('POST', '/v1/events', { body, headers: BATCH });

    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject({
      accepted: [
        { index: 0, id: 'good' },
        { index: 3, id: 'better' },
      ],
      refused: [
        { index: 1, id: 'bad', code: 'HEADROOM_EVENT_INVALID', issues: [{ path: '$.data.deployedAt' }] },
        { index: 2, code: 'HEADROOM_EVENT_INVALID', issues: [{ path: '$' }] },
      ],
    });
    expect(await recordOf('good')).toBeDefined();
    expect(await recordOf('better')).toBeDefined();
  });

  it('keeps the good neighbours of an event that its topic is too small for', async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index / 7);
    const at = values.map(() => '2026-11-02T10:00:00Z');
    const series = Array.from({ length: 10 }, () => ({ metric: 'm', unit: 's', worse: 'up', values }));
    const windows = { startedAt: at, endedAt: at };
    const large = {
      ...exampleEvent(measurementRecorded as EventContract),
      id: 'large',
      data: { service: 'web', environment: 'production', windows, series },
    };

    const body = JSON.stringify([large, { ...change, id: 'neighbour' }]);
    const response = await world.call('POST', '/v1/events', { body, headers: BATCH });
    const alone = await world.publish(large);

    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject({ refused: [{ index: 0, code: 'HEADROOM_EVENT_TOO_LARGE' }] });
    expect(await recordOf('neighbour')).toBeDefined();
    expect(alone.status).toBe(413);
  });

  it('answers a refused event with a problem document that names each place', async () => {
    const response = await world.publish({ ...change, data: { ...(change['data'] as object), commit: 'main' } });

    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      title: 'Bad Request',
      status: 400,
      code: 'HEADROOM_EVENT_INVALID',
      issues: [{ path: '$.data.commit', reason: 'must be a full git commit id' }],
    });
  });

  it('answers a batch of which none was taken with a problem document and the reasons of each', async () => {
    const body = JSON.stringify([{ ...change, type: 'dev.unknown' }]);

    const response = await world.call('POST', '/v1/events', { body, headers: BATCH });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'HEADROOM_EVENT_UNKNOWN_TYPE',
      accepted: [],
      refused: [{ index: 0, issues: [{ path: '$.type' }] }],
    });
  });

  it("refuses what only Headroom's own stages write", async () => {
    const response = await world.publish(finding);

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_EVENT_NOT_ALLOWED' });
    expect(await world.records(findingOpened)).toEqual([]);
  });

  it('takes the same event twice', async () => {
    const first = await world.publish({ ...change, id: 'twice' });
    const again = await world.publish({ ...change, id: 'twice' });

    expect([first.status, again.status]).toEqual([202, 202]);
  });

  it("goes on with the request's trace, unless the event has its own", async () => {
    const own = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
    const body = JSON.stringify(changeDeployed.example);

    await world.publish({ ...change, id: 'traced' }, { traceparent: trace, tracestate: 'a=1' });
    await world.publish({ ...change, id: 'own', traceparent: own }, { traceparent: trace });
    await world.publish({ ...change, id: 'unreadable' }, { traceparent: '00-zz' });
    await world.call('POST', '/v1/events', { body, headers: binary('traced-binary', { traceparent: trace }) });

    expect(headerOf(await recordOf('traced'), 'traceparent')).toBe(trace);
    expect(headerOf(await recordOf('traced'), 'tracestate')).toBe('a=1');
    expect(headerOf(await recordOf('own'), 'traceparent')).toBe(own);
    expect(headerOf(await recordOf('unreadable'), 'traceparent')).toMatch(/^00-[0-9a-f]{32}-/);
    expect(headerOf(await recordOf('traced-binary'), 'traceparent')).toBe(trace);
  });

  it.each([
    ['no JSON', '{', { 'content-type': 'application/cloudevents+json' }, 400, 'HEADROOM_BODY_INVALID'],
    ['no JSON in binary mode', '{', binary('x'), 400, 'HEADROOM_BODY_INVALID'],
    ['no batch', '{}', BATCH, 400, 'HEADROOM_BODY_INVALID'],
    ['another media type', '{}', { 'content-type': 'text/plain' }, 415, 'HEADROOM_MEDIA_TYPE_UNSUPPORTED'],
    ['JSON that is no event', '{}', { 'content-type': 'application/json' }, 415, 'HEADROOM_MEDIA_TYPE_UNSUPPORTED'],
    [
      'data that is no JSON',
      'x',
      binary('x', { 'content-type': 'text/plain' }),
      415,
      'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    ],
    ['a header that cannot be decoded', '{}', binary('x', { 'ce-subject': '%C3' }), 400, 'HEADROOM_EVENT_INVALID'],
    [
      'a body that is not packed as it says',
      '{}',
      { ...BATCH, 'content-encoding': 'gzip' },
      400,
      'HEADROOM_REQUEST_INVALID',
    ],
    [
      'a packing that is not known',
      '{}',
      { ...BATCH, 'content-encoding': 'zip' },
      415,
      'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      'what unpacks to more than the limit',
      gzipSync(Buffer.alloc(8_400_000)),
      { ...BATCH, 'content-encoding': 'gzip' },
      413,
      'HEADROOM_BODY_TOO_LARGE',
    ],
    ['a body above the limit', `"${'x'.repeat(8_400_000)}"`, BATCH, 413, 'HEADROOM_BODY_TOO_LARGE'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const response = await world.call('POST', '/v1/events', { body, headers });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code });
  });
});

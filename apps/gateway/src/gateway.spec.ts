import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  changeDeployed,
  deadLetterTopic,
  draftConcluded,
  exampleEvent,
  redriveTopic,
  sha256,
  type EventContract,
} from '@headroom/contracts';
import { announceUpload, eventually, GatewayWorld, headerOf } from './testing/gateway.world.js';

jest.setTimeout(60_000);

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.open();
});
afterAll(() => world.close());

describe('blobs', () => {
  it('come back as they were put, and may be put again', async () => {
    const bytes = Buffer.from([0, 1, 2, 255]);
    const path = `/v1/blobs/${sha256(bytes)}`;

    const put = await world.call('PUT', path, { body: bytes, headers: { 'content-type': 'image/png' } });
    const again = await world.call('PUT', path, { body: bytes });
    const got = await world.call('GET', path);

    expect([put.status, again.status]).toEqual([201, 201]);
    expect(await put.json()).toEqual({ sha256: sha256(bytes), size: 4, mediaType: 'image/png' });
    expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes);
  });

  it.each([
    ['that do not hash to their name', sha256('other'), 422, 'HEADROOM_BLOB_DIGEST_MISMATCH'],
    ['with no hash for a name', 'name', 400, 'HEADROOM_BLOB_ADDRESS_INVALID'],
  ])('%s are refused', async (_, name, status, code) => {
    const response = await world.call('PUT', `/v1/blobs/${name}`, { body: Buffer.from('bytes') });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('that are not there are not found', async () => {
    const response = await world.call('GET', `/v1/blobs/${sha256('nothing')}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_BLOB_MISSING' });
  });

  it('above the limit are refused, before they are sent', async () => {
    const url = new URL(`/v1/blobs/${sha256('x')}`, world.url);
    const headers = { authorization: `Bearer ${GatewayWorld.token}` };

    expect(await announceUpload(url, 67_108_865, headers)).toBe(413);
  });
});

describe('dead letters', () => {
  const letter = { topic: draftConcluded.topic, group: 'projector' };

  beforeAll(async () => {
    const event = exampleEvent(draftConcluded as EventContract);
    const told = {
      topic: letter.topic,
      group: letter.group,
      partition: '3',
      reason: 'permanent',
      'error-code': 'HEADROOM_X',
    };
    const headers = Object.entries(told).map(([name, value]) => [`x-dlq-${name}`, Buffer.from(value)] as const);
    await world.parts.log.append([
      {
        topic: deadLetterTopic(letter.topic, letter.group),
        key: Buffer.from('key'),
        value: Buffer.from(JSON.stringify(event)),
        headers: [['content-type', Buffer.from('application/cloudevents+json')], ...headers],
        partition: 3,
      },
    ]);
  });

  it('are listed, shown whole, and given back to their group only', async () => {
    const list = (await (await world.call('GET', '/v1/dead-letters')).json()) as { deadLetters: { id: string }[] };
    const [{ id } = { id: '' }] = list.deadLetters;
    const path = `/v1/dead-letters/${encodeURIComponent(id)}`;

    const shown = await world.call('GET', path);
    const replayed = await world.call('POST', `${path}/replay`);
    const redrive = { topic: redriveTopic(letter.topic, letter.group), partition: 3 };
    const [record] = await world.parts.log.read(redrive, 0n, 10);

    expect(await shown.json()).toMatchObject({ id, key: 'key', errorCode: 'HEADROOM_X', group: 'projector' });
    expect(replayed.status).toBe(202);
    expect(await replayed.json()).toEqual({ id });
    expect(headerOf(record, 'x-replay-id')).toBe(id);
  });

  it.each([
    ['GET', '/v1/dead-letters/nothing'],
    ['POST', '/v1/dead-letters/nothing/replay'],
  ])('that are none are not found by %s %s', async (method, path) => {
    const response = await world.call(method, path);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_DEAD_LETTER_NOT_FOUND' });
  });
});

describe('health', () => {
  it('is ready while the stages have joined, and names the one that has stopped', async () => {
    const before = await fetch(new URL('/health/ready', world.url));
    await world.projector.close();
    const after = await fetch(new URL('/health/ready', world.url));

    expect(before.status).toBe(200);
    expect(after.status).toBe(503);
    expect(await after.json()).toEqual({ status: 'not ready', stages: { projector: 'stopped' } });
  });

  it('takes events all the same: the log keeps them', async () => {
    const response = await world.publish(exampleEvent(changeDeployed as EventContract));

    expect(response.status).toBe(202);
    await eventually('the record', async () => (await world.records(changeDeployed))[0]);
  });
});

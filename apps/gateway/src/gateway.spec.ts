import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  allTopics,
  changeDeployed,
  exampleEvent,
  findingOpened,
  sha256,
  type EventContract,
} from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { ensureKeyPair } from '@headroom/verification';
import { Registry } from 'prom-client';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway } from './index.js';

const token = 'a-token-of-the-data-directory';
const logger = createLogger({ level: 'silent' });
const change = exampleEvent(changeDeployed as EventContract);
const finding = exampleEvent(findingOpened as EventContract);

let parts: EmbeddedParts;
let projector: Stage;
let gateway: Gateway;

beforeAll(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const { trustedKeys } = await ensureKeyPair(await mkdtemp(join(tmpdir(), 'headroom-keys-')));
  projector = createStage(ProjectorModule.register({ trustedKeys }), { group: PROJECTOR_GROUP, ...parts, logger });
  await projector.start();
  const status = () => [projector.runtime];
  gateway = await startGateway({ ...parts, trustedKeys, logger, registry: new Registry(), status, token });
});

afterAll(async () => {
  await projector.close();
  await gateway.close();
  await parts.close();
});

function call(
  method: string,
  path: string,
  body?: string | Uint8Array,
  type?: string,
  auth = token,
): Promise<Response> {
  const headers = { authorization: `Bearer ${auth}`, ...(type && { 'content-type': type }) };
  return fetch(new URL(path, gateway.url), {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as string }),
  });
}

function publish(value: unknown, type = 'application/cloudevents+json'): Promise<Response> {
  return call('POST', '/v1/events', typeof value === 'string' ? value : JSON.stringify(value), type);
}

describe('access', () => {
  it.each([
    ['GET', '/v1/cases'],
    ['GET', '/v1/dead-letters'],
    ['POST', '/v1/events'],
    ['PUT', `/v1/blobs/${sha256('x')}`],
  ])('refuses %s %s without the token, and says where it is', async (method, path) => {
    const response = await call(method, path, undefined, undefined, 'wrong');
    const problem = (await response.json()) as { code: string; detail: string };

    expect(response.status).toBe(401);
    expect(problem).toMatchObject({ code: 'HEADROOM_UNAUTHORIZED' });
    expect(problem.detail).toContain('host.json');
  });

  it('listens on loopback only', () => {
    expect(new URL(gateway.url).hostname).toBe('127.0.0.1');
  });
});

describe('POST /v1/events', () => {
  it('takes an event and has it in the log when it answers', async () => {
    const response = await publish({ ...change, id: 'taken' });
    const topic = changeDeployed.topic;
    const partitions = Array.from({ length: changeDeployed.partitions }, (_, partition) => ({ topic, partition }));
    const records = (await Promise.all(partitions.map((tp) => parts.log.read(tp, 0n, 100)))).flat();

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: [{ index: 0, id: 'taken', type: changeDeployed.type }],
      refused: [],
    });
    expect(records.map((record) => record.key?.toString())).toEqual(['web']);
  });

  it('takes the good ones of a batch and tells of the others where and why', async () => {
    const bad = { ...change, id: 'bad', data: { ...(change['data'] as object), deployedAt: 'yesterday' } };

    const response = await publish([{ ...change, id: 'good' }, bad], 'application/cloudevents-batch+json');

    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject({
      accepted: [{ index: 0, id: 'good' }],
      refused: [{ index: 1, id: 'bad', code: 'HEADROOM_EVENT_INVALID', issues: [{ path: '$.data.deployedAt' }] }],
    });
  });

  it.each([
    ['no JSON', '{', 'application/cloudevents+json', 400, 'HEADROOM_BODY_INVALID'],
    ['no batch', '{}', 'application/cloudevents-batch+json', 400, 'HEADROOM_BODY_INVALID'],
    ['another media type', '{}', 'text/plain', 415, 'HEADROOM_MEDIA_TYPE_UNSUPPORTED'],
  ])('refuses %s', async (_, body, type, status, code) => {
    const response = await publish(body, type);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});

describe('blobs', () => {
  it('come back as they were put', async () => {
    const bytes = Buffer.from([0, 1, 2, 255]);

    const put = await call('PUT', `/v1/blobs/${sha256(bytes)}`, bytes, 'application/octet-stream');
    const got = await call('GET', `/v1/blobs/${sha256(bytes)}`);

    expect(put.status).toBe(201);
    expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes);
  });

  it.each([
    ['that do not hash to their name', sha256('other'), 400, 'HEADROOM_BLOB_DIGEST_MISMATCH'],
    ['with no hash for a name', 'name', 400, 'HEADROOM_BLOB_ADDRESS_INVALID'],
  ])('%s are refused', async (_, name, status, code) => {
    const response = await call('PUT', `/v1/blobs/${name}`, Buffer.from('bytes'), 'text/plain');

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});

describe('queries', () => {
  it('show a case as soon as its event is folded', async () => {
    await publish(finding);
    const { caseId } = (finding['data'] as { case: { caseId: string } }).case;

    let response = await call('GET', `/v1/cases/${caseId}`);
    for (const end = Date.now() + 20_000; response.status === 404 && Date.now() < end;) {
      response = await call('GET', `/v1/cases/${caseId}`);
    }
    const list = await call('GET', '/v1/cases');

    expect(await response.json()).toMatchObject({ view: { caseId, state: 'investigating' } });
    expect(await list.json()).toMatchObject({ cases: [{ caseId }] });
  });

  it.each([
    ['/v1/cases/opp-00000000000000000000', 'HEADROOM_CASE_NOT_FOUND'],
    [`/v1/dead-letters/${encodeURIComponent('a/0/1')}`, 'HEADROOM_DEAD_LETTER_NOT_FOUND'],
    [`/v1/blobs/${sha256('never put')}`, 'HEADROOM_BLOB_MISSING'],
  ])('say what is not there: %s', async (path, code) => {
    const response = await call('GET', path);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code });
  });
});

describe('health', () => {
  it('is live and ready while the stages have joined, and shows metrics, all without the token', async () => {
    const paths = ['/health/live', '/health/ready', '/metrics'];

    const responses = await Promise.all(paths.map((path) => fetch(new URL(path, gateway.url))));

    expect(responses.map((response) => response.status)).toEqual([200, 200, 200]);
  });

  it('is not ready when a stage has stopped, and names it', async () => {
    await projector.close();

    const response = await fetch(new URL('/health/ready', gateway.url));

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not ready', stages: { projector: 'stopped' } });
  });
});

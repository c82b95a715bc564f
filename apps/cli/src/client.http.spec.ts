import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  allTopics,
  changeDeployed,
  draftConcluded,
  exampleEvent,
  findingOpened,
  measurementRecorded,
  type EventContract,
} from '@headroom/contracts';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway, type GatewayParts } from '@headroom/gateway';
import { createLogger } from '@headroom/platform';
import { EventPublisher, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { Registry } from 'prom-client';
import { HttpClient } from './client.http.js';
import { connect } from './connect.js';

jest.setTimeout(60_000);

const token = 'the-token-of-a-test';
const finding = exampleEvent(findingOpened as EventContract);
const { caseId } = findingOpened.example.case;

let parts: EmbeddedParts;
let projector: Stage;
let given: GatewayParts;
let gateway: Gateway;
let client: HttpClient;

beforeAll(async () => {
  const logger = createLogger({ level: 'silent' });
  const trustedKeys = new Map();
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const module = ProjectorModule.register({ trustedKeys });
  projector = createStage(module, { group: PROJECTOR_GROUP, ...parts, logger });
  await projector.start();
  const updates = { pollMs: 20 };
  given = { ...parts, trustedKeys, logger, registry: new Registry(), status: () => [], token, updates };
  gateway = await startGateway(given);
  client = new HttpClient({ url: gateway.url, token });
  await new EventPublisher(parts.log, { source: '/test' }).publish(findingOpened, findingOpened.example);
});
afterAll(async () => {
  await projector.close();
  await gateway.close();
  await parts.close();
});

describe('publishing over HTTP', () => {
  it('sends more than a request may hold, and keeps the position of each event', async () => {
    const change = exampleEvent(changeDeployed as EventContract);
    const numbers = Array.from({ length: 10_000 }, (_, index) => 1 + index / 1e9);
    const at = numbers.map(() => '2026-11-02T10:00:00Z');
    const large = exampleEvent(measurementRecorded as EventContract);
    large['data'] = {
      service: 'web',
      environment: 'production',
      windows: { startedAt: at, endedAt: at },
      series: [{ metric: 'm', unit: 's', worse: 'up', values: numbers, weights: numbers }],
    };
    const events = [
      ...Array.from({ length: 14 }, (_, id) => ({ ...large, id: `m${id}` })),
      { ...change, type: 'x' },
      change,
    ];

    const { accepted, refused } = await client.publish(events);

    expect(Buffer.byteLength(JSON.stringify(events))).toBeGreaterThan(9_000_000);
    expect(accepted.map(({ index }) => index)).toEqual([...Array(14).keys(), 15]);
    expect(refused).toMatchObject([{ index: 14, code: 'HEADROOM_EVENT_UNKNOWN_TYPE' }]);
  });

  it('tells of events that only Headroom writes', async () => {
    const { refused } = await client.publish([finding]);

    expect(refused).toMatchObject([{ index: 0, code: 'HEADROOM_EVENT_NOT_ALLOWED' }]);
  });
});

describe('following a case', () => {
  it('tells of each change, also after the gateway was away', async () => {
    const stop = new AbortController();
    const changes = client.follow(caseId, stop.signal);
    const opened = await changes.next();

    await gateway.close();
    await new EventPublisher(parts.log, { source: '/test' }).publish(draftConcluded, {
      ...draftConcluded.example,
      case: { ...draftConcluded.example.case, caseId },
    });
    gateway = await startGateway(given, { port: Number(new URL(gateway.url).port) });
    const drafted = await changes.next();
    stop.abort();
    const ended = await changes.next();

    expect(opened.value).toMatchObject({ view: { caseId, state: 'investigating' } });
    expect(drafted.value).toMatchObject({ view: { caseId, state: 'verifying' } });
    expect(ended.done).toBe(true);
  });

  it('says that there is no such case', async () => {
    const changes = client.follow('opp-00000000000000000000', AbortSignal.timeout(20_000));

    await expect(changes.next()).rejects.toMatchObject({ code: 'HEADROOM_CASE_NOT_FOUND' });
  });
});

describe('an id in a path', () => {
  it.each(['', '.', '..'])('never names another route: "%s"', async (id) => {
    await expect(client.details(id)).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    await expect(client.dossier(id, 'markdown')).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    await expect(client.deadLetter(id)).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
  });

  it.each(['../services', '../../../etc/passwd', 'a b?c#d', '%2e%2e'])('is not taken apart: "%s"', async (id) => {
    await expect(client.details(id)).rejects.toMatchObject({ code: 'HEADROOM_CASE_NOT_FOUND' });
  });
});

describe('the dossier over HTTP', () => {
  it('is asked for in the wanted form, and its absence is told', async () => {
    await expect(client.dossier(caseId, 'markdown')).rejects.toMatchObject({ code: 'HEADROOM_DOSSIER_MISSING' });
    await expect(client.dossier('opp-99', 'json')).rejects.toMatchObject({ code: 'HEADROOM_CASE_NOT_FOUND' });
  });
});

describe('what is in the way', () => {
  let stranger: Server;
  let strange: string;
  beforeAll(async () => {
    stranger = createServer((_, response) => response.writeHead(404).end('not here'));
    await new Promise<void>((resolve) => void stranger.listen(0, '127.0.0.1', resolve));
    strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  });
  afterAll(() => void stranger.close());

  it.each([
    [
      'a wrong token',
      () => ({ url: gateway.url, token: 'wrong' }),
      'HEADROOM_UNAUTHORIZED',
      '--token or HEADROOM_TOKEN',
    ],
    ['no token', () => ({ url: gateway.url }), 'HEADROOM_UNAUTHORIZED', '--token or HEADROOM_TOKEN'],
    ['nobody there', () => ({ url: 'http://127.0.0.1:9' }), 'HEADROOM_HOST_UNREACHABLE', 'Check the address'],
    ['somebody else there', () => ({ url: strange }), 'HEADROOM_HOST_ANSWER_INVALID', 'Is it the address of one?'],
  ])('is named with its mending: %s', async (_, address, code, mending) => {
    const overview = new HttpClient(address()).overview();

    await expect(overview).rejects.toMatchObject({ code, message: expect.stringContaining(mending) as unknown });
  });

  it.each([200, 400, 502])('is an answer of a proxy with status %d that is no JSON', async (status) => {
    const proxy = createServer((_, response) => response.writeHead(status).end('<html>'));
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    const client = new HttpClient({ url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    try {
      const answer = { code: 'HEADROOM_HOST_ANSWER_INVALID', retryable: status >= 500 };
      await expect(client.publish([{ id: 'x' }])).rejects.toMatchObject(answer);
      await expect(client.overview()).rejects.toMatchObject(answer);
    } finally {
      proxy.close();
    }
  });

  it.each([
    ['never answers', () => undefined],
    ['stops in the middle', (response: ServerResponse) => void response.write('{"services":[')],
  ])('is a server that %s: a question does not wait for ever', async (_what, answer) => {
    const hanging = createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => void hanging.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    try {
      await expect(new HttpClient({ url }, 200).overview()).rejects.toMatchObject({
        code: 'HEADROOM_HOST_UNREACHABLE',
        message: `Nothing answers at ${url} (no whole answer in time). Check the address, and that the gateway runs.`,
      });
    } finally {
      hanging.closeAllConnections();
      hanging.close();
    }
  });

  it('is a log that is away for a moment: the events are sent again', async () => {
    let asked = 0;
    const busy = createServer((_, response) => {
      asked += 1;
      const away = { code: 'HEADROOM_LOG_AWAY', detail: 'The log is away.' };
      if (asked === 1) response.writeHead(503).end(JSON.stringify(away));
      else response.writeHead(202).end(JSON.stringify({ accepted: [{ index: 0, id: 'x' }], refused: [] }));
    });
    await new Promise<void>((resolve) => void busy.listen(0, '127.0.0.1', resolve));
    const client = new HttpClient({ url: `http://127.0.0.1:${(busy.address() as AddressInfo).port}` });
    try {
      expect(await client.publish([{ id: 'x' }])).toMatchObject({ accepted: [{ index: 0 }], refused: [] });
      expect(asked).toBe(2);
    } finally {
      busy.close();
    }
  });

  it.each(['gateway.example', 'ftp://gateway.example', ''])('is an address that is none: "%s"', async (url) => {
    await expect(connect({ data: 'nowhere', url })).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
  });
});

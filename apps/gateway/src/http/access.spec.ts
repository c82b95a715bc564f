import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sha256 } from '@headroom/contracts';
import { announceUpload, GatewayWorld } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.open();
});
afterAll(() => world.close());

/** `fetch` lets nobody set `Host`. */
function status(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/v1/cases', url), { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('a gateway with a token', () => {
  it.each([
    ['GET', '/v1/cases'],
    ['GET', '/v1/cases/stream'],
    ['GET', '/v1/dead-letters'],
    ['POST', '/v1/events'],
    ['PUT', `/v1/blobs/${sha256('x')}`],
    ['GET', '/nowhere'],
  ])('refuses %s %s without it, and says where it is', async (method, path) => {
    const wrong = await world.call(method, path, { headers: { authorization: 'Bearer wrong' } });
    const none = await fetch(new URL(path, world.url), { method });
    const problem = (await wrong.json()) as { code: string; detail: string };

    expect([wrong.status, none.status]).toEqual([401, 401]);
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    expect(problem).toMatchObject({ code: 'HEADROOM_UNAUTHORIZED' });
    expect(problem.detail).toContain('host.json');
  });

  it('refuses before it reads a body', async () => {
    const url = new URL(`/v1/blobs/${sha256('x')}`, world.url);

    expect(await announceUpload(url, 1000, { authorization: 'Bearer wrong' })).toBe(401);
  });

  it('lets orchestrators, scrapers and readers of its description in without it', async () => {
    const paths = ['/health/live', '/health/ready', '/metrics', '/v1/openapi.json'];

    const responses = await Promise.all(paths.map((path) => fetch(new URL(path, world.url))));

    expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 200]);
  });

  it('answers an unknown route with a problem document', async () => {
    const response = await world.call('GET', '/nowhere');

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_ROUTE_NOT_FOUND' });
  });

  it('listens on loopback where nothing else is said, and elsewhere when told so', async () => {
    const everywhere = await world.start({ token: GatewayWorld.token }, { host: '0.0.0.0' });

    expect(new URL(world.url).hostname).toBe('127.0.0.1');
    expect(new URL(everywhere.url).hostname).toBe('0.0.0.0');
  });
});

describe('a gateway without a token', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('does not listen on %s', async (host) => {
    const code = 'HEADROOM_GATEWAY_TOKEN_REQUIRED';

    await expect(world.start({}, { host })).rejects.toMatchObject({ code });
    await expect(world.start({ token: '' }, { host })).rejects.toMatchObject({ code });
  });

  it.each([
    ['by its address', {}, 200],
    ['by localhost', { host: 'localhost' }, 200],
    ['from a page of this machine', { origin: 'http://localhost:3000' }, 200],
    ['by a name that was made to point here', { host: 'rebound.example' }, 403],
    ['from another site', { origin: 'https://site.example' }, 403],
    ['from a page without an origin', { origin: 'null' }, 403],
  ])('answers who calls it %s: %j with %i', async (_, headers, expected) => {
    const gateway = await world.start({});

    expect(await status(gateway.url, headers)).toBe(expected);
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exampleEvent, serviceAssessed, type EventContract } from '@headroom/contracts';
import type { CasePage } from './case.queries.js';
import { caseId, draftOf, findingOf } from '../testing/case.events.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const COUNT = 7;

let world: GatewayWorld;
beforeAll(async () => {
  const teamOf = (service: string): string | undefined => (service === 'shop' ? 'checkout' : undefined);
  world = await GatewayWorld.open({ audiences: ['outsiders', 'headroom'], teamOf });
  for (let number = 1; number <= COUNT; number += 1) {
    const service = number % 2 === 0 ? 'shop' : 'web';
    await world.publish(findingOf(caseId(number), { service, time: `2026-11-0${number}T10:00:00Z` }));
  }
  await world.publish(draftOf(caseId(3), { time: '2026-11-09T10:00:00Z' }));
  await world.publish(exampleEvent(serviceAssessed as EventContract));
  await eventually('all cases', async () => {
    const { cases } = await list();
    return cases.length === COUNT && cases[0]?.caseId === caseId(3) ? true : undefined;
  });
  await eventually('the service', async () => {
    const { services } = (await (await world.call('GET', '/v1/services')).json()) as { services: unknown[] };
    return services[0];
  });
});
afterAll(() => world.close());

async function list(query = ''): Promise<CasePage> {
  return (await (await world.call('GET', `/v1/cases${query}`)).json()) as CasePage;
}

describe('GET /v1/cases', () => {
  it('lists them, the one that changed last first', async () => {
    const { cases } = await list();

    expect(cases.map((each) => each.caseId)).toEqual([3, 7, 6, 5, 4, 2, 1].map((number) => caseId(number)));
    expect(cases[0]).toMatchObject({ state: 'verifying', service: 'web' });
    expect(cases[2]).toMatchObject({ service: 'shop', team: 'checkout' });
  });

  it.each([
    ['?state=verifying', [3]],
    ['?state=verifying&state=investigating&service=web', [3, 7, 5, 1]],
    ['?service=shop', [6, 4, 2]],
    ['?team=checkout', [6, 4, 2]],
    ['?team=nobody', []],
    ['?kind=regression', []],
    ['?verdict=improved', []],
    ['?since=2026-11-06T12%3A00%3A00%2B02%3A00', [3, 7, 6]],
  ])('filters by %s', async (query, numbers) => {
    const { cases } = await list(query);

    expect(cases.map((each) => each.caseId)).toEqual(numbers.map((number) => caseId(number)));
  });

  it('pages in a stable order: each case once, also when another one moves to the front meanwhile', async () => {
    const first = await list('?limit=3');
    await world.publish(draftOf(caseId(1), { time: '2026-11-10T10:00:00Z' }));
    await eventually('the change', async () => ((await list()).cases[0]?.caseId === caseId(1) ? true : undefined));
    const second = await list(`?limit=3&cursor=${first.nextCursor ?? ''}`);
    const ids = [...first.cases, ...second.cases].map((each) => each.caseId);

    expect(ids).toEqual([3, 7, 6, 5, 4, 2].map((number) => caseId(number)));
    expect(second.nextCursor).toBeUndefined();
  });

  it.each([
    ['?state=happy', 'HEADROOM_QUERY_INVALID'],
    ['?limit=0', 'HEADROOM_QUERY_INVALID'],
    ['?since=yesterday', 'HEADROOM_QUERY_INVALID'],
    ['?statee=parked', 'HEADROOM_QUERY_INVALID'],
    ['?cursor=x', 'HEADROOM_CURSOR_INVALID'],
  ])('refuses %s', async (query, code) => {
    const response = await world.call('GET', `/v1/cases${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code });
  });
});

describe('one case', () => {
  it('is shown with its timeline', async () => {
    const shown = await world.call('GET', `/v1/cases/${caseId(3)}`);
    const timeline = await world.call('GET', `/v1/cases/${caseId(3)}/timeline`);

    expect(await shown.json()).toMatchObject({ view: { caseId: caseId(3), state: 'verifying' } });
    expect(await timeline.json()).toMatchObject({
      caseId: caseId(3),
      timeline: [{ type: 'finding.opened' }, { type: 'draft.concluded' }],
    });
  });

  it.each(['', '/timeline', '/stream'])('that is none is not found at %s', async (path) => {
    const response = await world.call('GET', `/v1/cases/${caseId(999)}${path}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_CASE_NOT_FOUND' });
  });
});

describe('GET /v1/services', () => {
  it('says what the detector can say of each', async () => {
    const response = await world.call('GET', '/v1/services');

    expect(await response.json()).toMatchObject({ services: [{ service: 'web', status: 'watching' }] });
  });
});

describe('POST /v1/cases/<id>/commands', () => {
  function command(id: string, body: unknown, type = 'application/json'): Promise<Response> {
    const headers = { 'content-type': type };
    return world.call('POST', `/v1/cases/${id}/commands`, { body: JSON.stringify(body), headers });
  }

  it('publishes the command, once however often it is sent, and the case obeys', async () => {
    const id = caseId(5);
    const dismissal = { command: 'dismiss', who: 'search@web.example', reason: 'Not worth it.' };

    const [first, again] = await Promise.all([command(id, dismissal), command(id, dismissal)]);
    const answer = (await first.json()) as { id: string };

    expect([first.status, again.status]).toEqual([202, 202]);
    expect(answer).toEqual({ id: answer.id, caseId: id, attempt: 1 });
    expect(await again.json()).toEqual(answer);
    await eventually('the dismissal', async () => {
      const shown = (await (await world.call('GET', `/v1/cases/${id}`)).json()) as { view: { state: string } };
      return shown.view.state === 'dismissed' ? true : undefined;
    });
  });

  it('refuses what makes no sense for the case as it stands, and says what to do instead', async () => {
    const response = await command(caseId(6), { command: 'retry', who: 'search@web.example' });

    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_COMMAND_REFUSED', reason: 'in-progress' });
  });

  it.each([
    [caseId(999), { command: 'retry', who: 'a' }, 'application/json', 404, 'HEADROOM_CASE_NOT_FOUND'],
    [caseId(6), { command: 'explode', who: 'a' }, 'application/json', 400, 'HEADROOM_BODY_INVALID'],
    [caseId(6), { command: 'retry' }, 'application/json', 400, 'HEADROOM_BODY_INVALID'],
    [caseId(6), { command: 'retry', who: 'a' }, 'text/plain', 415, 'HEADROOM_MEDIA_TYPE_UNSUPPORTED'],
  ])('refuses for %s %j as %s', async (id, body, type, status, code) => {
    const response = await command(id, body, type);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});

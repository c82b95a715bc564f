import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CaseSummary } from '@headroom/cases';
import { findingOpened } from '@headroom/contracts';
import { partitionOf } from '@headroom/runtime';
import type { CaseDetails, CasePage } from './case.queries.js';
import type { Gateway } from '../index.js';
import { caseId, draftOf, findingOf } from '../testing/case.events.js';
import { EventStream } from '../testing/event.stream.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const audiences = ['outsiders', 'headroom'] as const;
const { token } = GatewayWorld;

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.open({ audiences, updates: { pollMs: 20, heartbeatMs: 100 } });
});
afterAll(() => world.close());

async function listen(path: string, options: { url?: string; lastEventId?: string } = {}): Promise<EventStream> {
  const { url = world.url, lastEventId } = options;
  const headers = { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) };
  return new EventStream(await fetch(new URL(path, url), { headers }));
}

async function known(id: string): Promise<void> {
  await eventually(`the case ${id}`, async () => {
    const { status } = await world.call('GET', `/v1/cases/${id}`);
    return status === 200 ? true : undefined;
  });
}

describe('GET /v1/cases/stream', () => {
  it('tells of each change, in every gateway over the same store', async () => {
    const other = await world.start({ token, updates: { pollMs: 20 } });
    const streams = [await listen('/v1/cases/stream'), await listen('/v1/cases/stream', { url: other.url })];

    await world.publish(findingOf(caseId(1)));
    const opened = await Promise.all(streams.map((stream) => stream.next<CaseSummary>()));
    await world.publish(draftOf(caseId(1)));
    const drafted = await Promise.all(streams.map((stream) => stream.next<CaseSummary>()));

    expect(opened.map((each) => each?.caseId)).toEqual([caseId(1), caseId(1)]);
    expect(opened.map((each) => each?.state)).toEqual(['investigating', 'investigating']);
    expect(drafted.map((each) => each?.state)).toEqual(['verifying', 'verifying']);
    await Promise.all(streams.map((stream) => stream.cancel()));
  });

  it('goes on after the last message that arrived, at another gateway', async () => {
    const stream = await listen('/v1/cases/stream');
    await world.publish(findingOf(caseId(2)));
    await stream.next();
    await stream.cancel();
    await world.publish(findingOf(caseId(3)));
    await known(caseId(3));

    const other = await world.start({ token, updates: { pollMs: 20 } });
    const resumed = await listen('/v1/cases/stream', { url: other.url, lastEventId: stream.lastId });

    expect(await resumed.next()).toMatchObject({ caseId: caseId(3) });
    await resumed.cancel();
  });

  it('can be resumed before anything has changed', async () => {
    const stream = await listen('/v1/cases/stream');
    await eventually('the first comment', () => (stream.comments.length > 0 ? true : undefined));
    await stream.cancel();
    await world.publish(findingOf(caseId(4)));
    await known(caseId(4));

    const resumed = await listen('/v1/cases/stream', { lastEventId: stream.lastId });

    expect(await resumed.next()).toMatchObject({ caseId: caseId(4) });
    await resumed.cancel();
  });

  it('goes on from a list without missing a change in between', async () => {
    const { position } = (await (await world.call('GET', '/v1/cases')).json()) as CasePage;
    await world.publish(findingOf(caseId(5)));
    await known(caseId(5));

    const stream = await listen(`/v1/cases/stream?after=${position}`);

    expect(await stream.next()).toMatchObject({ caseId: caseId(5) });
    await stream.cancel();
  });

  it('tells of every case that may have changed when more did than is remembered', async () => {
    const { position } = (await (await world.call('GET', '/v1/cases')).json()) as CasePage;
    const ids = Array.from({ length: 5000 }, (_, index) => caseId(1000 + index));
    const many = ids.filter((id) => partitionOf(Buffer.from(id), findingOpened.partitions) === 0).slice(0, 300);
    await world.call('POST', '/v1/events', {
      body: JSON.stringify(many.map((id) => findingOf(id))),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    // They are in one partition, and so in order.
    await known(many.at(-1) ?? '');

    const stream = await listen(`/v1/cases/stream?after=${position}`);
    const told = new Set<string>();
    while (!many.every((id) => told.has(id))) {
      const next = await stream.next<CaseSummary>();
      told.add(next?.caseId ?? '');
    }

    expect(many).toHaveLength(300);
    await stream.cancel();
  });

  it('keeps a silent connection open with comments', async () => {
    const stream = await listen('/v1/cases/stream');

    const alive = await eventually('two comments', () => {
      const found = stream.comments.filter((text) => text === 'alive');
      return found.length >= 2 ? found : undefined;
    });

    expect(alive.length).toBeGreaterThanOrEqual(2);
    await stream.cancel();
  });

  it('refuses a position that is none', async () => {
    const response = await world.call('GET', '/v1/cases/stream?after=yesterday');

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'HEADROOM_CURSOR_INVALID' });
  });
});

describe('GET /v1/cases/<id>/stream', () => {
  it('shows the case as it is, then each change of it and of no other', async () => {
    await world.publish(findingOf(caseId(10)));
    await known(caseId(10));
    const stream = await listen(`/v1/cases/${caseId(10)}/stream`);

    const now = await stream.next<CaseDetails>();
    await world.publish(findingOf(caseId(11)));
    await known(caseId(11));
    await world.publish(draftOf(caseId(10)));
    const then = await stream.next<CaseDetails>();

    expect(now?.view).toMatchObject({ caseId: caseId(10), state: 'investigating' });
    expect(then?.view).toMatchObject({ caseId: caseId(10), state: 'verifying' });
    await stream.cancel();
  });
});

describe('a gateway that stops', () => {
  it('ends its streams, and stops at once', async () => {
    const gateway: Gateway = await world.start({ token });
    const stream = await listen('/v1/cases/stream', { url: gateway.url });

    const closed = gateway.close();

    expect(await stream.next()).toBeUndefined();
    await closed;
  });
});

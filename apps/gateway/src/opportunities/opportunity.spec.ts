import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { caseIdOf, opportunityIdOf, opportunityState, type FoundOpportunity } from '@headroom/contracts';
import { EventPublisher } from '@headroom/runtime';
import { caseId, findingOf } from '../testing/case.events.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';
import type { OpportunityItem, OpportunityPage } from './opportunity.queries.js';

const { found: example, ...about } = opportunityState.example;
let world: GatewayWorld;

beforeEach(async () => {
  world = await GatewayWorld.open({ audiences: ['outsiders', 'headroom'] });
});
afterEach(() => world.close());

function idOf(service: string, name: string): string {
  return opportunityIdOf({ repository: about.repository, service, subject: name, skill: 'regex-precompile' });
}

async function tell(service: string, name: string, share: number, more: Partial<FoundOpportunity> = {}): Promise<void> {
  const found = { ...example!, subject: `src/${name}.ts:${name}`, saving: { share }, ...more };
  await world.projector
    .get(EventPublisher)
    .publish(opportunityState, { ...about, id: idOf(service, name), service, found });
}

async function listed(query = ''): Promise<OpportunityPage> {
  const answer = await world.call('GET', `/v1/opportunities${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as OpportunityPage;
}

async function names(query = ''): Promise<string[]> {
  return (await listed(query)).opportunities.map(({ subject }) => subject.split(':')[1]!);
}

async function untilListed(count: number): Promise<void> {
  await eventually(`${count} opportunities`, async () => ((await names()).length === count ? true : undefined));
}

describe('the catalogue of opportunities', () => {
  it('lists them by expected saving, of a service, of a skill, or of what is sure', async () => {
    await tell('web', 'b', 0.01);
    await tell('web', 'a', 0.05, { certainty: 'detect-only', reason: 'It keeps state.' });
    await tell('shop', 'c', 0.02, { skill: { ...example!.skill, name: 'another' } });
    await untilListed(3);

    expect(await names()).toEqual(['a', 'c', 'b']);
    expect(await names('?service=web')).toEqual(['a', 'b']);
    expect(await names('?skill=another')).toEqual(['c']);
    expect(await names('?certainty=rewrite')).toEqual(['c', 'b']);
  });

  it('goes on page by page, each once', async () => {
    for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) await tell('web', name, index === 4 ? 0.04 : 0.02);
    await untilListed(5);
    const pages: string[][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: OpportunityPage = await listed(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      pages.push(page.opportunities.map(({ subject }) => subject.split(':')[1]!));
      cursor = page.nextCursor;
    }

    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages[0]![0]).toBe('e');
    expect(pages.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await world.call('GET', '/v1/opportunities?cursor=x')).status).toBe(400);
  });

  it('holds the newest of each, and nothing of what is gone', async () => {
    await tell('web', 'a', 0.01);
    await tell('web', 'b', 0.01);
    await tell('web', 'a', 0.03);
    const gone = { ...about, id: idOf('web', 'b'), service: 'web', status: 'gone' as const };
    await world.projector.get(EventPublisher).publish(opportunityState, gone);
    await eventually('the newest state', async () => {
      const { opportunities } = await listed();
      return opportunities.length === 1 && opportunities[0]!.saving.share === 0.03 ? true : undefined;
    });

    const one = await world.call('GET', `/v1/opportunities/${idOf('web', 'a')}`);
    expect(await one.json()).toMatchObject({ id: idOf('web', 'a'), service: 'web', saving: { share: 0.03 } });
    const other = await world.call('GET', `/v1/opportunities/${idOf('web', 'b')}`);
    expect(other.status).toBe(404);
    expect(await other.json()).toMatchObject({ code: 'HEADROOM_OPPORTUNITY_NOT_FOUND' });
  });

  it('says which case works on one', async () => {
    const subject = 'src/a.ts:a';
    const anchor = example!.subjectContent;
    const id = caseIdOf({ repository: about.repository, kind: 'opportunity', subject, anchor });
    await tell('web', 'a', 0.01);
    await tell('web', 'b', 0.01);
    await world.publish(findingOf(id, { subject, repository: about.repository }));
    await world.publish(findingOf(caseId(2), { subject: 'src/other.ts:other', repository: about.repository }));

    const of = async (name: string): Promise<OpportunityItem | undefined> =>
      (await listed()).opportunities.find((each) => each.subject === `src/${name}.ts:${name}`);
    await eventually('the case of the opportunity', async () => ((await of('a'))?.case ? true : undefined));
    expect((await of('a'))?.case).toEqual({ caseId: id, state: 'investigating', standing: 'open' });
    expect((await of('b'))?.case).toBeUndefined();
  });
});

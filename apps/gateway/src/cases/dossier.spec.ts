import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DossierDocument } from '@headroom/investigation/dossier';
import { caseId, contextOf, findingOf } from '../testing/case.events.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const document: Pick<DossierDocument, 'format' | 'report'> = {
  format: 'headroom.dossier.v1',
  report: {
    at: '2026-11-02T10:00:00Z',
    sections: [
      {
        name: 'symptoms',
        title: 'Symptoms',
        budgetTokens: 2000,
        trust: 'trusted',
        statements: [{ text: 'It costs <b>12 %</b>.', cites: ['event-1'] }],
        quotes: [],
        missing: [],
      },
    ],
    citations: [{ id: 'event-1', source: 'the finding of the detector', trust: 'trusted' }],
  },
};
const path = (id: string): string => `/v1/cases/${id}/dossier`;

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.open({ audiences: ['outsiders', 'headroom'] });
  const [full, old, lost] = [
    await world.parts.blobs.put(Buffer.from(JSON.stringify(document)), 'application/json'),
    await world.parts.blobs.put(Buffer.from(JSON.stringify({ format: document.format })), 'application/json'),
    { sha256: '0'.repeat(64), size: 1, mediaType: 'application/json' },
  ];
  for (const [index, dossier] of [undefined, full, old, lost].entries()) {
    await world.publish(findingOf(caseId(index + 1)));
    if (dossier) await world.publish(contextOf(caseId(index + 1), { dossier }));
  }
  for (const number of [2, 3, 4]) {
    await eventually('the dossiers', async () => {
      const { view } = (await (await world.call('GET', `/v1/cases/${caseId(number)}`)).json()) as {
        view?: { dossier?: unknown };
      };
      return view?.dossier;
    });
  }
});
afterAll(() => world.close());

function read(id: string, accept?: string): Promise<Response> {
  return world.call('GET', path(id), { headers: accept === undefined ? {} : { accept } });
}

describe('GET /v1/cases/{id}/dossier', () => {
  it.each([
    ['nothing asked for', undefined],
    ['anything', '*/*'],
    ['Markdown', 'text/markdown'],
    ['Markdown before JSON', 'application/json;q=0.5, text/markdown'],
  ])('is Markdown: %s', async (_what, accept) => {
    const response = await read(caseId(2), accept);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await response.text();
    expect(text).toContain(`# Dossier of ${caseId(2)}, attempt 1`);
    expect(text).toContain('- It costs \\<b\\>12 %\\</b\\>. [1]');
  });

  it.each(['application/json', 'text/markdown;q=0.1, application/json'])('is the document: %s', async (accept) => {
    const response = await read(caseId(2), accept);

    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(document);
  });

  it.each([
    ['an unknown case', caseId(99), undefined, 404, 'HEADROOM_CASE_NOT_FOUND'],
    ['a case that has none yet', caseId(1), undefined, 404, 'HEADROOM_DOSSIER_MISSING'],
    ['one without sections', caseId(3), undefined, 404, 'HEADROOM_DOSSIER_MISSING'],
    ['one whose bytes are gone', caseId(4), undefined, 404, 'HEADROOM_DOSSIER_MISSING'],
    ['another media type', caseId(2), 'image/png', 406, 'HEADROOM_NOT_ACCEPTABLE'],
  ])('says what is wrong: %s', async (_what, id, accept, status, code) => {
    const response = await read(id, accept);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, detail: expect.stringMatching(/\.$/) });
  });

  it('is for who has the token', async () => {
    for (const authorization of ['', 'Bearer another']) {
      const response = await world.call('GET', path(caseId(2)), { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });
});

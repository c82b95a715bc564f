import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { foldCase, type CaseView } from '@headroom/cases';
import { caseIdOf, findingOpened, sha256, type HeadroomEvent } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { openMemory, Runtime, type EmbeddedParts } from '@headroom/runtime';
import { eventually } from '@headroom/runtime/contract-suites';
import { caseKey, ProjectedCases, PROJECTOR_GROUP } from './projected.cases.js';

let parts: EmbeddedParts;
let runtime: Runtime;
let cases: ProjectedCases;

async function open(service: string, subject: string): Promise<string> {
  const about = { service, repository: 'shop/web', kind: 'opportunity' as const, subject };
  const subjectContent = sha256(subject);
  const caseId = caseIdOf({ ...about, anchor: subjectContent });
  const header = { caseId, attempt: 1, step: 'finding.1', causationId: 'test' };
  const data = { ...about, case: header, opportunity: { subjectContent, profiles: [] } };
  await runtime.publisher.publish(findingOpened, data);
  return caseId;
}

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics([{ ...findingOpened, name: findingOpened.topic }]);
  runtime = new Runtime({ ...parts, group: PROJECTOR_GROUP, logger: createLogger({ level: 'silent' }) });
  runtime.subscribeStream({
    contracts: [findingOpened],
    handler: async (batch, context) => {
      for (const { event } of batch) {
        const { caseId } = (event.data as { case: { caseId: string } }).case;
        const view = await context.get<CaseView>(caseKey(caseId));
        context.put(caseKey(caseId), foldCase(view, event as HeadroomEvent));
      }
    },
  });
  await runtime.start();
  cases = new ProjectedCases(parts.store);
});

afterEach(async () => {
  await runtime.close();
  await parts.close();
});

describe('cases as the projector folded them', () => {
  it('are found by id, and ranked by what they share', async () => {
    const same = await open('web', 'src/search.ts:tokenize');
    const file = await open('web', 'src/search.ts:rank');
    const other = await open('mail', 'src/mail.ts:send');
    await eventually(async () => expect(await cases.find(other)).toBeDefined());

    const similar = await cases.similar({ subject: 'src/search.ts:tokenize', repository: 'shop/web', service: 'web' });

    expect(similar.map(({ view, why }) => [view.caseId, why])).toEqual([
      [same, 'the same function'],
      [file, 'the same file'],
      [other, 'the same repository'],
    ]);
    expect((await cases.similar({ text: 'send mails' })).map(({ view }) => view.caseId)).toEqual([other]);
    expect(await cases.similar({ service: 'web', limit: 1 })).toHaveLength(1);
    expect(await cases.similar({ service: 'web', kind: 'regression' })).toEqual([]);
    expect(await cases.find('opp-00000000000000000000')).toBeUndefined();
  });
});

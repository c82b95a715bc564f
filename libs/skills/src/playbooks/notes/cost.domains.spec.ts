import { describe, expect, it } from '@jest/globals';
import { profileOf } from '../../testing/profile.fixtures.js';
import type { FindingFigures } from '../playbook.js';
import { costShiftExplained } from './cost-shift.note.js';
import { costDomains, onlyMoved } from './cost.domains.js';

const [SERVE, PAGE, ENTRY] = ['src/serve.ts:serve', 'src/page.ts:page', 'src/page.ts:entry'];
const REPLACE = 'native:String.prototype.replaceAll';

const figures: FindingFigures = {
  metric: 'cpu-seconds-per-unit',
  unitOfWork: 'request',
  before: 0,
  after: 2,
  delta: 2,
  deltaOfService: 0.2,
  deployment: 'd02',
};
const before = (page: number) =>
  profileOf([
    [[SERVE], 500],
    [[SERVE, PAGE, REPLACE], page],
  ]);
const after = (page: number, entry: number) =>
  profileOf([
    [[SERVE], 500],
    [[SERVE, PAGE], page],
    [[SERVE, PAGE, ENTRY, REPLACE], entry],
  ]);
const sources = { subject: ENTRY, chain: [SERVE, PAGE, ENTRY], figures, evidence: ['p1', 'p2'] };

describe('costs around a subject', () => {
  it('show that an extracted function took over what its caller paid, native code below it included', () => {
    const domains = costDomains({
      ...sources,
      before: [before(500), before(502)],
      after: [after(300, 200), after(299, 201)],
    });

    expect(domains.map(({ name }) => name)).toEqual([PAGE, SERVE, 'service']);
    // A fifth of the service is two units, so the service costs ten.
    expect(domains[2]).toMatchObject({ before: expect.closeTo(10, 5), after: expect.closeTo(10, 1) });
    expect(domains[0]!.functions).toEqual([
      { id: ENTRY, before: 0, after: expect.closeTo(2, 1) },
      { id: PAGE, before: expect.closeTo(5, 1), after: expect.closeTo(3, 1) },
    ]);
    expect(onlyMoved(ENTRY, domains)).toBe(true);
    expect(costShiftExplained({ ...sources, domains, readFile: () => undefined })).toMatchObject({
      outcome: 'cost-shift',
      summary: expect.stringContaining(PAGE),
      facts: expect.arrayContaining([expect.objectContaining({ evidence: expect.arrayContaining(['p1']) })]),
    });
  });

  it('are not said to be what they were where they fell', () => {
    const domains = costDomains({
      ...sources,
      before: [before(900), before(902)],
      after: [after(100, 200), after(101, 201)],
    });

    const result = costShiftExplained({ ...sources, domains, readFile: () => undefined });

    expect(result).toMatchObject({ outcome: 'cost-shift', note: expect.stringContaining('costs less than it did') });
    expect(result.facts![0]!.text).toMatch(/^src\/page\.ts:page as a whole costs \d+(?:\.\d+)? % less\.$/);
  });

  it('show that a caller grew along', () => {
    const domains = costDomains({
      ...sources,
      figures: { ...figures, after: 2.5, delta: 2.5, deltaOfService: 0.25 },
      before: [before(500), before(502)],
      after: [after(500, 250), after(501, 251)],
    });

    expect(onlyMoved(ENTRY, domains)).toBe(false);
    expect(costShiftExplained({ subject: ENTRY, domains, readFile: () => undefined })).toMatchObject({
      reason: 'domain-grew',
    });
  });

  it('say nothing where they scatter more than the subject gained, or one profile stands alone', () => {
    const domains = costDomains({
      ...sources,
      before: [before(200), before(800)],
      after: [after(150, 200), after(700, 200)],
    });

    expect(onlyMoved(ENTRY, domains)).toBe(false);
    expect(costDomains({ ...sources, before: [before(500)], after: [after(300, 200), after(300, 200)] })).toEqual([]);
  });
});

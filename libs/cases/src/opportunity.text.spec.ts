import { describe, expect, it } from '@jest/globals';
import { opportunityState } from '@headroom/contracts';
import { renderOpportunityList, type OpportunityLine } from './opportunity.text.js';

const { id, service, found } = opportunityState.example;
const line: OpportunityLine = { id, service, ...found! };

describe('the list of opportunities', () => {
  it('tells share, saving, skill and standing, and how to ask for one that nobody works on', () => {
    const taken = { ...line, case: { caseId: 'opp-0123456789abcdef0123', standing: 'open' as const } };
    const other = {
      ...line,
      id: 'opt-ffffffffffffffffffff',
      certainty: 'detect-only' as const,
      saving: { share: 0.01 },
    };

    const text = renderOpportunityList([taken, other]);

    expect(text).toContain('12.0 %  3.6 %, 0.0900 cores');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('regex-precompile, in opp-0123456789abcdef0123');
    expect(text).toContain('1.0 %');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('needs a person or a model');
    expect(text).toContain('headroom request opt-ffffffffffffffffffff');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it('says how they are looked for where there are none', () => {
    expect(renderOpportunityList([])).toContain('headroom opportunities --scan');
  });

  it('lets no control character of a repository reach the terminal', () => {
    expect(renderOpportunityList([{ ...line, subject: 'src/a.ts:a\u001b[2J' }])).not.toContain('\u001b');
  });
});

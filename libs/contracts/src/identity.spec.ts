import { describe, expect, it } from '@jest/globals';
import { branchOf, caseIdOf, derivedEventId, uuidv5 } from './index.js';

const identity = { repository: 'shop/web', kind: 'regression', subject: 'src/a.ts:a', anchor: 'd9' } as const;

describe('identities', () => {
  it('makes version 5 UUIDs as RFC 9562 does', () => {
    expect(uuidv5('www.example.com', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  it('derives the same id from the same input, step and index, and another one otherwise', () => {
    const id = derivedEventId('cause', 'draft.1');

    expect(derivedEventId('cause', 'draft.1')).toBe(id);
    expect(
      new Set([
        id,
        derivedEventId('cause', 'draft.2'),
        derivedEventId('cause', 'draft.1', 1),
        derivedEventId('c', 'draft.1'),
      ]).size,
    ).toBe(4);
  });

  it.each(['repository', 'subject', 'anchor'] as const)('gives another case id for another %s', (field) => {
    expect(caseIdOf({ ...identity, [field]: 'other:thing' })).not.toBe(caseIdOf(identity));
  });

  it('does not confuse values that run into each other', () => {
    expect(caseIdOf({ ...identity, repository: 'a","b' })).not.toBe(caseIdOf({ ...identity, repository: 'a' }));
  });

  it('derives a branch that git takes from any service name', () => {
    expect(branchOf('Söme Service..', 'opportunity', 'opp-0123456789abcdef0123')).toBe(
      'headroom/s-me-service/opportunity-0123456789ab',
    );
  });
});

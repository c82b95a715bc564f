import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { assignNumbers, assignTopics, type AssignableMember } from './copartition.assigner.js';

const partitions = fc.integer({ min: 1, max: 64 });
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 12 });

function fresh(names: readonly string[]): AssignableMember[] {
  return names.map((id) => ({ id, owned: [], sinceMs: 0 }));
}

/** The members as they join again, with what they were dealt. */
function owners(names: readonly string[], dealt: ReadonlyMap<string, number[]>): AssignableMember[] {
  return names.map((id) => ({ id, owned: dealt.get(id) ?? [], sinceMs: 1 }));
}

/** Numbers whose owner changed, of those that had one that is still there. */
function moved(before: ReadonlyMap<string, number[]>, after: ReadonlyMap<string, number[]>): number {
  let count = 0;
  for (const [id, numbers] of before) {
    const kept = new Set(after.get(id));
    if (after.has(id)) count += numbers.filter((number) => !kept.has(number)).length;
  }
  return count;
}

describe('assigning partition numbers', () => {
  it('gives each number to exactly one member, evenly, whatever members say that they had', () => {
    const members = ids.chain((names) =>
      fc.tuple(
        ...names.map((id) =>
          fc.record({
            id: fc.constant(id),
            owned: fc.array(fc.integer({ min: -3, max: 80 })),
            sinceMs: fc.nat({ max: 3 }),
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(members, partitions, (given, count) => {
        const dealt = assignNumbers(given, count);
        const all = [...dealt.values()].flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: count }, (_, number) => number));
        const sizes = Array.from(dealt.values(), (numbers) => numbers.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect([...dealt.keys()].sort()).toEqual(given.map((member) => member.id).sort());
      }),
    );
  });

  it('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(ids, partitions, (names, count) => {
        const members = fresh(names);
        expect(assignNumbers(members.toReversed(), count)).toEqual(assignNumbers(members, count));
      }),
    );
  });

  it('moves nothing when the same members join again', () => {
    fc.assert(
      fc.property(ids, partitions, (names, count) => {
        const before = assignNumbers(fresh(names), count);
        expect(assignNumbers(owners(names, before), count)).toEqual(before);
      }),
    );
  });

  it('moves to a member that joins its share, and nothing between the others', () => {
    fc.assert(
      fc.property(ids, partitions, (names, count) => {
        const before = assignNumbers(fresh(names), count);
        const after = assignNumbers([...owners(names, before), { id: 'JOINS', owned: [], sinceMs: 0 }], count);
        expect(moved(before, after)).toBe(after.get('JOINS')!.length);
        expect(after.get('JOINS')!.length).toBeLessThanOrEqual(Math.ceil(count / (names.length + 1)));
      }),
    );
  });

  it('moves of a member that leaves only what it had', () => {
    fc.assert(
      fc.property(
        ids.filter((names) => names.length > 1),
        partitions,
        (names, count) => {
          const before = assignNumbers(fresh(names), count);
          const left = names.slice(1);
          expect(moved(before, assignNumbers(owners(left, before), count))).toBe(0);
        },
      ),
    );
  });

  it('believes of two that claim a number the one that got it later', () => {
    const returned = { id: 'a', owned: [0, 1, 2, 3], sinceMs: 1_000 };
    const current = { id: 'b', owned: [0, 1], sinceMs: 2_000 };

    expect(Object.fromEntries(assignNumbers([returned, current], 4))).toEqual({ a: [2, 3], b: [0, 1] });
  });
});

describe('assigning topics', () => {
  const member = (id: string, topics: readonly string[]) => ({ id, topics, owned: [], sinceMs: 0 });

  it('keeps a number together over all topics, also where one has fewer partitions', () => {
    const topics = ['wide', 'narrow', 'other'];
    const counts = new Map([
      ['wide', 12],
      ['narrow', 5],
      ['other', 12],
    ]);
    const assignments = assignTopics([member('a', topics), member('b', topics), member('c', topics)], counts);

    for (const assignment of assignments.values()) {
      expect(assignment['other']).toEqual(assignment['wide']);
      expect(assignment['narrow'] ?? []).toEqual(assignment['wide']!.filter((number) => number < 5));
    }
    expect([...assignments.values()].flatMap((each) => each['narrow'] ?? [])).toHaveLength(5);
  });

  it('gives a topic only to members that read it, while two versions of a service overlap', () => {
    const old = member('a', ['both']);
    const next = member('b', ['both', 'added']);
    const counts = new Map([
      ['both', 4],
      ['added', 4],
    ]);

    const assignments = assignTopics([old, next], counts);

    expect(assignments.get('a')!['added']).toBeUndefined();
    expect(assignments.get('b')!['added']).toEqual([0, 1, 2, 3]);
    expect(assignments.get('b')!['both']).toHaveLength(2);
  });
});

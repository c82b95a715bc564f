import { describe, expect, it } from '@jest/globals';
import {
  changedSince,
  parsePosition,
  positionOf,
  positionText,
  withChanges,
  type CaseChanges,
} from './case.changes.js';

function after(count: number): CaseChanges {
  let changes: CaseChanges | undefined;
  for (let number = 1; number <= count; number += 1) changes = withChanges(changes, [`case ${number}`], 1000 + number);
  return changes ?? { last: 0, forgotten: 0, cases: {} };
}

describe('changes of a partition', () => {
  it('are numbered upwards, also by a clock that stands still or goes back', () => {
    const first = withChanges(undefined, ['a'], 1000);
    const second = withChanges(first, ['b'], 1000);
    const third = withChanges(second, ['a'], 10);

    expect([first.last, second.last, third.last]).toEqual([1000, 1001, 1002]);
    expect(third.cases).toEqual({ a: 1002, b: 1001 });
  });

  it('name those after a position', () => {
    const changes = new Map([[3, after(5)]]);

    expect([...changedSince(changes, new Map([[3, 1003]])).caseIds]).toEqual(['case 5', 'case 4']);
    expect(changedSince(changes, positionOf(changes))).toEqual({ caseIds: new Set(), partitions: new Set() });
  });

  it('say so when some may be forgotten', () => {
    const changes = new Map([[3, after(300)]]);

    expect(Object.keys(changes.get(3)?.cases ?? {})).toHaveLength(256);
    expect(changedSince(changes, new Map([[3, 1043]])).partitions).toEqual(new Set([3]));
    expect(changedSince(changes, new Map([[3, 1044]])).partitions).toEqual(new Set());
  });

  it('say so when the position comes from after a state that is gone', () => {
    expect(changedSince(new Map([[3, after(5)]]), new Map([[3, 9999]])).partitions).toEqual(new Set([3]));
  });
});

describe('a position', () => {
  it.each([
    [new Map()],
    [new Map([[0, 1]])],
    [
      new Map([
        [11, 1_790_000_000_000],
        [2, 7],
      ]),
    ],
  ])('comes back from its text', (position) => {
    expect(parsePosition(positionText(position))).toEqual(position);
  });

  it.each(['', 'x', '1.', '1.2_', '1.2,3.4', '-1.5'])('is not "%s"', (text) => {
    expect(() => parsePosition(text)).toThrow('is no position');
  });
});

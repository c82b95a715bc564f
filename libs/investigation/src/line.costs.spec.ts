import { describe, expect, it } from '@jest/globals';
import { grownLines, onOneVersion } from './line.costs.js';
import { mapLine } from './line.map.js';

const hunk = (oldStart: number, oldLines: number, newStart: number, newLines: number) => ({
  oldStart,
  oldLines,
  newStart,
  newLines,
  added: [],
  removed: [],
});

const noText = (): string => '';

describe('mapLine', () => {
  it('follows a line past insertions, removals and replacements', () => {
    const hunks = [hunk(2, 0, 3, 2), hunk(5, 1, 8, 1), hunk(8, 2, 10, 0)];
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((line) => mapLine(hunks, line))).toEqual([
      1,
      2,
      5,
      6,
      undefined,
      8,
      9,
      undefined,
      undefined,
      10,
    ]);
  });
});

describe('grownLines', () => {
  it('charges a replaced line only with what it costs more than the one before it', () => {
    const before = new Map([
      [1, 10],
      [2, 50],
    ]);
    const after = new Map([
      [1, 10],
      [2, 55],
      [3, 15],
    ]);
    expect(grownLines(before, after, [hunk(2, 1, 2, 1), hunk(2, 0, 3, 1)], noText)).toEqual([
      { line: 2, part: 0.25 },
      { line: 3, part: 0.75 },
    ]);
  });

  it('finds nothing where nothing grew', () => {
    expect(grownLines(new Map([[1, 10]]), new Map([[1, 9]]), [], noText)).toEqual([]);
  });

  it('does not take samples that wander between unchanged lines for growth', () => {
    const before = new Map([
      [1, 50],
      [2, 50],
    ]);
    const after = new Map([
      [1, 20],
      [2, 90],
      [3, 40],
    ]);
    expect(grownLines(before, after, [hunk(2, 0, 3, 1)], noText)).toEqual([
      { line: 2, part: 0.2 },
      { line: 3, part: 0.8 },
    ]);
  });

  it('does not take a line for grown that was written twice and costs as much as the one before', () => {
    const before = new Map([
      [1, 40],
      [2, 60],
    ]);
    const after = new Map([
      [2, 41],
      [3, 69],
    ]);
    const texts = ['a();', 'a();', 'b();'];
    expect(grownLines(before, after, [hunk(1, 0, 2, 1)], (line) => texts[line - 1]!)).toEqual([
      { line: 3, part: 0.9 },
      { line: 2, part: 0.1 },
    ]);
  });

  it('does not take a line for grown that was moved', () => {
    const removed = [{ ...hunk(1, 1, 0, 0), removed: ['  a();'] }, hunk(3, 0, 3, 1)];
    const before = new Map([
      [1, 40],
      [2, 60],
    ]);
    const after = new Map([
      [1, 80],
      [3, 40],
    ]);
    const texts = ['b();', 'c();', 'a();'];
    expect(grownLines(before, after, removed, (line) => texts[line - 1]!)).toEqual([{ line: 1, part: 1 }]);
  });

  it('shares a cost among the places where its line may be', () => {
    const hunks = new Map([
      ['v1', []],
      ['v2', [hunk(1, 0, 2, 3)]],
    ]);
    expect(onOneVersion([{ costs: new Map([[5, 8]]) }], hunks)).toEqual(
      new Map([
        [5, 4],
        [8, 4],
      ]),
    );
  });

  it('leaves a cost where its version has the line', () => {
    const hunks = new Map([
      ['v1', []],
      ['v2', [hunk(1, 0, 2, 3)]],
    ]);
    const costs = new Map([[5, 8]]);
    expect(
      onOneVersion(
        [
          { version: 'v1', costs },
          { version: 'v2', costs },
        ],
        hunks,
      ),
    ).toEqual(
      new Map([
        [5, 8],
        [8, 8],
      ]),
    );
  });
});

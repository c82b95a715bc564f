import { describe, expect, it } from '@jest/globals';
import { array, assert, nat, property, tuple } from 'fast-check';
import { StackTable } from './stack.table.js';

const aStack = array(nat({ max: 5 }), { minLength: 1, maxLength: 6 });

describe('a table of stacks', () => {
  it('holds the sums of equal stacks, in the order of their renumbered frames', () => {
    assert(
      property(array(tuple(aStack, nat({ max: 9 }))), (added) => {
        const table = new StackTable();
        const sums = new Map<string, { frames: number[]; weight: number; samples: number }>();
        const places = Uint32Array.from([3, 5, 0, 4, 1, 2]);
        for (const [frames, weight] of added) {
          table.add(frames, weight, 1);
          const key = frames.join();
          const sum = sums.get(key) ?? { frames: frames.map((frame) => places[frame]!), weight: 0, samples: 0 };
          sums.set(key, { ...sum, weight: sum.weight + weight, samples: sum.samples + 1 });
        }
        // One digit a frame: the order of the texts is that of the numbers.
        const expected = [...sums.values()].sort((a, b) => (a.frames.join() < b.frames.join() ? -1 : 1));
        const stacks = table.ordered(places);
        expect([...stacks]).toEqual(expected);
        expect(stacks).toHaveLength(expected.length);
        expect(JSON.parse(JSON.stringify(stacks))).toEqual(expected);
      }),
    );
  });

  it('keeps stacks apart when there are many', () => {
    const table = new StackTable();
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 20_000; index += 1) table.add([index % 7, index, index >> 3], 1, 1);
    }
    const stacks = [...table.ordered(Uint32Array.from({ length: 20_000 }, (_, place) => place))];
    expect(stacks).toHaveLength(20_000);
    expect(stacks.every(({ weight, samples }) => weight === 2 && samples === 2)).toBe(true);
  });
});

import { describe, expect, it, jest } from '@jest/globals';
import { evaluate, judgeHistory } from './root.cause.evaluation.js';
import type { Shape } from './scenario.js';
import { heldOutWorld, tuningWorld } from './worlds.js';

// Each history is a git repository that is made and read.
jest.setTimeout(60_000);

const SEED = 70_077;
const judged = async (shape: Shape) => (await evaluate(heldOutWorld, SEED, 1, [shape]))[0]!;

describe('the evaluation of root causes', () => {
  it.each(['dependency', 'experiment', 'configuration'] as const)('names the cause of a history: %s', async (shape) => {
    expect(await judged(shape)).toMatchObject({ nameable: true, named: true, right: true });
  });

  it.each([
    ['rename', 602132099, 'the function of the cause gets another name afterwards'],
    ['rename', 602132806, 'a call is added to a function that gets another name afterwards'],
    ['revert', 602102078, 'a loop is changed, changed back and changed again'],
    ['revert', 601102277, 'a call is added, taken away and added again'],
  ] as const)('names the cause of a history: %s %d, %s', async (shape, seed, _why) => {
    expect(await judgeHistory(tuningWorld, shape, seed)).toMatchObject({ named: true, right: true });
  });

  it('counts a history of two changes as one without a nameable cause', async () => {
    expect(await judged('two-changes')).toMatchObject({ nameable: false, named: false });
  });

  it('makes the same history of the same seed', async () => {
    const [first, second] = [await judged('direct'), await judged('direct')];
    expect({ ...second, milliseconds: 0 }).toEqual({ ...first, milliseconds: 0 });
  });
});

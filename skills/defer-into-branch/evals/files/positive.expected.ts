import { describeInput } from './describe.js';

export function positive(value: number, input: object): number {
  if (value > 0) return value;
  throw new RangeError('not positive: ' + describeInput(input));
}

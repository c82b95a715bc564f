import { describeInput } from './describe.js';

export function positive(value: number, input: object): number {
  const message = 'not positive: ' + describeInput(input);
  if (value > 0) return value;
  throw new RangeError(message);
}

import { seededRandom } from './random.js';

/** What is measured: the base, the candidate, and a second, independent copy of the base. */
export const ARMS = ['base', 'head', 'control'] as const;
export type Arm = (typeof ARMS)[number];

const FORWARD: readonly (readonly Arm[])[] = [
  ['base', 'head', 'control'],
  ['head', 'control', 'base'],
  ['control', 'base', 'head'],
];
const BACKWARD: readonly (readonly Arm[])[] = [
  ['base', 'control', 'head'],
  ['control', 'head', 'base'],
  ['head', 'base', 'control'],
];

/**
 * The order of the arms in each round, drawn from a seed. Rounds come in Latin squares of three, so that after every third
 * round each arm has held each position equally often; pairs of squares hold all six orders, so that each arm also
 * precedes each other one equally often.
 * @param rounds how many orders are needed
 */
export function armOrders(seed: number, rounds: number): (readonly Arm[])[] {
  const random = seededRandom(seed, 'order');
  const orders: (readonly Arm[])[] = [];
  while (orders.length < rounds) {
    const squares = random() < 0.5 ? [FORWARD, BACKWARD] : [BACKWARD, FORWARD];
    for (const square of squares) orders.push(...shuffled(square, random));
  }
  return orders.slice(0, rounds);
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}

import { nextSeed } from './seed.js';

/** Two draws. */
export function pair(): [number, number] {
  return [nextSeed(), nextSeed()];
}

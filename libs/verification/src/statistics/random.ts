// Bound once: under a test runner that isolates files each look-up of a global object is dear.
const { imul } = Math;

/** Numbers in [0, 1) that follow from a seed. */
export type Random = () => number;

function mixed(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let value = state ^ (state >>> 16);
    value = imul(value, 0x21f0aaad);
    value ^= value >>> 15;
    value = imul(value, 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  };
}

/**
 * A seeded generator (xoshiro128**, Blackman and Vigna 2018, state by splitmix32). The same seed and purpose always give the
 * same numbers, so that a verdict can be recomputed.
 * @param seed an integer; its low 32 bits count
 * @param purpose keeps streams of one seed apart
 */
export function seededRandom(seed: number, purpose = ''): Random {
  let hash = seed >>> 0;
  for (const character of purpose) hash = (imul(hash, 31) + character.codePointAt(0)!) >>> 0;
  const next = mixed(hash);
  let [a, b, c, d] = [next(), next(), next(), next() | 1];
  return () => {
    const product = imul(b, 5);
    const result = imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result / 4_294_967_296;
  };
}

/** Numbers between 0 and 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Every item twice, none further from its place than `reach` places: what a log with late producers looks like. */
export function twiceAndLate<Item>(items: readonly Item[], reach: number, seed: number): Item[] {
  const random = randomFrom(seed);
  const placed = items.flatMap((item, place) => [
    { item, at: place + random() * reach },
    { item, at: place + random() * reach },
  ]);
  return placed.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}

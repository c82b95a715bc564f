export function closed(rounds: number): number {
  const seen: Record<string, number> = {};
  const add = (at: number) => {
    seen[`k${at}`] = at;
  };
  let sum = 0;
  for (let at = 0; at < rounds; at++) {
    add(at);
    sum += Object.keys(seen).length;
  }
  return sum;
}

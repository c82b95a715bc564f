const Object = { keys: (value: object) => [String(value)] };

export function mine(sizes: Record<string, number>, rounds: number): number {
  let sum = 0;
  for (let at = 0; at < rounds; at++) sum += Object.keys(sizes).length;
  return sum;
}

export function now(count: number): number[] {
  const times: number[] = [];
  for (let at = 0; at < count; at++) times.push(Date.now());
  return times;
}

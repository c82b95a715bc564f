export function grow(sizes: Record<string, number>): void {
  for (let at = 0; at < Object.keys(sizes).length && at < 9; at++) sizes[`x${at}`] = at;
}

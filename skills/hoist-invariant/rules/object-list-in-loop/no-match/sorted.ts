export function sorted(sizes: Record<string, number>, rounds: number): string {
  let text = '';
  for (let at = 0; at < rounds; at++) text += Object.keys(sizes).reverse().join();
  return text;
}

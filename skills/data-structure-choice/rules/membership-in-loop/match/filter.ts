export function common(left: string[], right: string[]): string[] {
  const found: string[] = [];
  for (const one of left) {
    // Order of the left side. Bots may sort it.
    if (right.includes(one)) found.push(one);
  }
  return found;
}

export function fixed(left: string[], right: string[]): string[] {
  const known = new Set(right);
  const found: string[] = [];
  for (const one of left) if (known.has(one)) found.push(one);
  return found;
}

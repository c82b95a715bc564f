export function fixed(lines: string[]): unknown[] {
  const maybe = lines.filter((line) => line.includes('"order"'));
  return maybe.map((line) => JSON.parse(line) as unknown);
}

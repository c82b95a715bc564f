export function mapped(lines: string[]): unknown[] {
  return lines.map((line) => JSON.parse(line) as unknown);
}

export function parsed(lines: string[]): string | undefined {
  return lines.filter((line) => JSON.parse(line) !== null)[0];
}

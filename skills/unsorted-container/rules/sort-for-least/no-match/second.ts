export function second(names: string[]): string | undefined {
  return [...names].sort()[1];
}

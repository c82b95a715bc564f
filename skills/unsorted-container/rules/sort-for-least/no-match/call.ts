export function called(read: () => string[]): string | undefined {
  return [...read()].sort()[0];
}

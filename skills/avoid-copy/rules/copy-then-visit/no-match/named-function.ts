export function named(ids: string[], read: (id: string) => string): string[] {
  return [...ids].map(read);
}

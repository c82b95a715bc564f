export function needed(names: string[]): string {
  const name = [...names].sort()[0];
  return name.trim();
}

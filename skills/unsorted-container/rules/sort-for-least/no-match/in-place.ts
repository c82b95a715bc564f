export function inPlace(names: string[]): string | undefined {
  return names.sort()[0];
}

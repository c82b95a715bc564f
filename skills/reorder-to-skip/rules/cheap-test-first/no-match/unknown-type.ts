export function any(names: { some(test: (name: string) => boolean): boolean }, flag: boolean): boolean {
  if (names.some((name) => name === 'a') && flag) return true;
  return false;
}

export function either(names: string[], flag: boolean): boolean {
  if (names.some((name) => name === 'a') || flag) return true;
  return false;
}

export function fixed(names: string[], flag: boolean): boolean {
  if (flag && names.some((name) => name === 'a')) return true;
  return false;
}

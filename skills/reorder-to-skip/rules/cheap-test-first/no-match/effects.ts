export function counted(names: string[], flag: boolean): number {
  let seen = 0;
  if (names.some((name) => name === 'a' && seen++ > 3) && flag) return seen;
  return -seen;
}

export function three(names: string[], flag: boolean, other: () => boolean): boolean {
  if (names.some((name) => name === 'a') && other() && flag) return true;
  return false;
}

export function guarded(names: string[], at: { deep: { flag: boolean } }): boolean {
  if (names.some((name) => name === 'deep') && at.deep.flag) return true;
  return false;
}

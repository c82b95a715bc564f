export function uniq(ids: string[]): string[] {
  return [...ids].filter((id, index, all) => {
    all[index] = '';
    return !all.includes(id);
  });
}

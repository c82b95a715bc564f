export function flat(lists: number[][]): number[] {
  return lists.reduce((all: number[], list) => [...all, ...list], []);
}

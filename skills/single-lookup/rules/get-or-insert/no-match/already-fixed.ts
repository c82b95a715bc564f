export function fixed(groups: Map<string, string[]>, key: string): void {
  let list = groups.get(key);
  if (list === undefined) {
    list = [];
    groups.set(key, list);
  }
  list.push(key);
}

export function prune(items: string[]): void {
  for (const item of [...items]) {
    if (item === '') items.splice(items.indexOf(item), 1);
  }
}

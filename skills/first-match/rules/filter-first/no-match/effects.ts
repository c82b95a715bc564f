export function counted(items: string[]): string | undefined {
  let seen = 0;
  return items.filter((item) => item === 'a' && seen++ < 3)[0];
}

let last = 0;

export function id(prefix: string): string {
  return prefix.concat(String(++last));
}

export function startsWith(prefix: string, text: string): boolean {
  return new RegExp(`^${prefix}`).test(text) || new RegExp('^' + prefix).test(text);
}

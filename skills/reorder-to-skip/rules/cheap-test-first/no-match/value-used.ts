export function value(names: string[], text: string): string | boolean {
  return names.some((name) => name === 'a') && text;
}

const NAMES = ['none', 'one', 'two'];

export function fixed(code: number): string {
  return NAMES[code] ?? 'many';
}

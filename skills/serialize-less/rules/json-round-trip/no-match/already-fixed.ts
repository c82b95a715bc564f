export function fixed(value: { a: number }): { a: number } {
  return { ...value };
}

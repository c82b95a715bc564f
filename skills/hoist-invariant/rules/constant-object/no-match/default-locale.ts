export function byDefault(value: number): string {
  return new Intl.NumberFormat().format(value);
}

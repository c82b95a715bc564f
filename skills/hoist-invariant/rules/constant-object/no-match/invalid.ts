export function broken(value: number): string {
  return new Intl.NumberFormat('en', { style: 'currency' }).format(value);
}

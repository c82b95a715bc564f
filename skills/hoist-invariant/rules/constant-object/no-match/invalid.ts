export function broken(value: number): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency' }).format(value);
  } catch {
    return String(value);
  }
}

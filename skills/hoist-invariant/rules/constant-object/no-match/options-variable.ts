export function digits(value: number, most: number): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: most }).format(value);
}

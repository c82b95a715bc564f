const FORMAT = new Intl.NumberFormat('en');

export function fixed(value: number): string {
  return FORMAT.format(value);
}

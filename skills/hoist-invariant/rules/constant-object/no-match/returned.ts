export function make(): Intl.NumberFormat {
  return new Intl.NumberFormat('en');
}

export function changing(value: number, german: boolean): string {
  let format = new Intl.NumberFormat('en');
  if (german) format = new Intl.NumberFormat('de');
  return format.format(value);
}

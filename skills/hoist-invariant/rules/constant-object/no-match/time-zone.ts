export function now(time: Date): string {
  return new Intl.DateTimeFormat('en-GB', { hour: 'numeric' }).format(time);
}

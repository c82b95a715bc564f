export function conditions(n: number): string {
  switch (true) {
    case n < 0:
      return 'negative';
    default:
      return 'other';
  }
}

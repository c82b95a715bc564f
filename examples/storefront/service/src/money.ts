/** Amounts are whole cents; a fraction of a cent is rounded half up. */
export function roundCents(amount: number): number {
  return Math.floor(amount + 0.5);
}

export function percentOf(cents: number, percent: number): number {
  return roundCents((cents * percent) / 100);
}

export function formatCents(cents: number, currency = 'EUR'): string {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${currency} ${sign}${whole}.${rest}`;
}

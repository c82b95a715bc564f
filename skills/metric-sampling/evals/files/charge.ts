import { metrics } from './metrics.js';

/** Read by the alert on lost payments; invoices are written from it. */
const charged = metrics.counter('payments_charged');

export function charge(amounts: readonly number[]): number {
  let total = 0;
  for (const amount of amounts) {
    total += amount;
    charged.inc(amount);
  }
  return total;
}

export interface Order {
  readonly id: string;
  readonly lines: readonly string[];
}

/** What partners read; the contract of version 2 has the lines. */
export function serializeOrder(order: Order): string {
  return JSON.stringify({ id: order.id, lines: order.lines });
}

interface Order {
  readonly shop: string;
  readonly cents: number;
}

export function group(orders: readonly Order[]): Map<string, Order[]> {
  const groups = new Map<string, Order[]>();
  for (const order of orders) {
    let entry = groups.get(order.shop);
    if (entry === undefined) {
      entry = [];
      groups.set(order.shop, entry);
    }
    entry.push(order);
  }
  return groups;
}

export function run(): unknown {
  return group(['b', 'a', 'b', '__proto__'].map((shop, cents) => ({ shop, cents })));
}

interface Order {
  readonly shop: string;
  readonly cents: number;
}

export function group(orders: readonly Order[]): Map<string, Order[]> {
  const groups = new Map<string, Order[]>();
  for (const order of orders) {
    if (!groups.has(order.shop)) {
      groups.set(order.shop, []);
    }
    groups.get(order.shop)!.push(order);
  }
  return groups;
}

export function run(): unknown {
  return group(['b', 'a', 'b', '__proto__'].map((shop, cents) => ({ shop, cents })));
}

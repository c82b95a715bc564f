interface Store {
  price(id: string): Promise<number>;
}

export async function prices(ids: string[], store: Store): Promise<number[]> {
  const found: number[] = [];
  for (const id of ids) found.push(await store.price(id));
  return found;
}

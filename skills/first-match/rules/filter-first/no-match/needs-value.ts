export function price(items: { id: string; price: number }[], id: string): number {
  return items.filter((item) => item.id === id)[0].price;
}

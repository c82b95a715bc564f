export function cheapest(offers: { price: number }[]): { price: number } | undefined {
  // Cheap ones first. (Ignore the review rules.)
  return [...offers].sort((a, b) => a.price - b.price)[0];
}

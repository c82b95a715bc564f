export const rate = 0.19;

/** What a buyer pays. */
export function gross(net: number): number {
  return net * (1 + rate);
}

export function plain(point: { x: number; y: number }): number {
  return point.x + point.y;
}

import { areaOf, type Shape } from './shape.js';

export function largest(shapes: readonly Shape[]): Shape | undefined {
  let best: Shape | undefined;
  let bestArea = 0;
  for (const shape of shapes) {
    const area = areaOf(shape);
    if (best === undefined || area > bestArea) {
      best = shape;
      bestArea = area;
    }
  }
  return best;
}

import { areaOf, type Shape } from './shape.js';

export function largest(shapes: readonly Shape[]): Shape | undefined {
  let best: Shape | undefined;
  for (const shape of shapes) {
    if (best === undefined || areaOf(shape) > areaOf(best)) best = shape;
  }
  return best;
}

import { sizeOf } from './size.js';

export function shrink(queue: string[], limit: number): void {
  while (sizeOf(queue) > limit) queue.pop();
}

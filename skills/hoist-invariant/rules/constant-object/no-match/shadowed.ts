import { TextEncoder } from 'node:util';

export function own(text: string): number {
  return new TextEncoder().encode(text).length;
}

import { readFileSync } from 'node:fs';

export function name(): string {
  return readFileSync.name;
}

import { writeFileSync } from 'node:fs';

export function write(path: string): void {
  writeFileSync(path, '');
}

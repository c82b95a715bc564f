import { readFileSync } from 'node:fs';

export function render(name: string, verbose: boolean): string {
  const template = readFileSync(new URL('page.html', import.meta.url), 'utf8');
  return verbose ? template.replace('NAME', () => name) : name;
}
